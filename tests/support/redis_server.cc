#include "tests/support/redis_server.h"

#include <arpa/inet.h>
#include <hiredis/hiredis.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace likeness::test {
namespace {

using Context = std::unique_ptr<redisContext, decltype(&redisFree)>;
using Reply = std::unique_ptr<void, decltype(&freeReplyObject)>;

std::uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = ::bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  ::close(fd);
  if (!good) throw std::runtime_error("no free port");
  return ntohs(address.sin_port);
}

std::string text_of(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER: return std::to_string(reply.integer);
    case REDIS_REPLY_NIL: return "(nil)";
    case REDIS_REPLY_ARRAY: break;
    default: return {reply.str, reply.len};
  }
  std::string lines;
  for (std::size_t i = 0; i < reply.elements; ++i) lines += text_of(*reply.element[i]) + '\n';
  return lines;
}

}  // namespace

RedisServer::RedisServer(std::vector<std::string> options, Start start)
    : options_(std::move(options)) {
  path_ = folder_.path() / "redis.sock";
  port_ = free_port();
  if (start == Start::now) this->start();
}

RedisServer::~RedisServer() { stop(); }

std::string RedisServer::tcp_url() const { return "redis://127.0.0.1:" + std::to_string(port_); }

void RedisServer::start() {
  using Clock = std::chrono::steady_clock;
  spawn();
  const auto deadline = Clock::now() + std::chrono::seconds(20);
  while (!answers()) {
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) {
      pid_ = 0;
      throw std::runtime_error("redis-server ended at once");
    }
    if (Clock::now() > deadline) throw std::runtime_error("redis-server does not answer");
    ::poll(nullptr, 0, 5);
  }
}

void RedisServer::spawn() {
  std::vector<std::string> words = {"redis-server", "--port",    std::to_string(port_),
                                    "--bind",       "127.0.0.1", "--unixsocket",
                                    path_,          "--save",    "",
                                    "--appendonly", "no",        "--dir",
                                    folder_.path(), "--logfile", folder_.path() / "log"};
  words.insert(words.end(), options_.begin(), options_.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  if (pid_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() == parent) ::execvp(argv[0], argv.data());
  ::_exit(127);
}

void RedisServer::stop() {
  if (pid_ == 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = 0;
}

void RedisServer::pause() {
  ::kill(pid_, SIGSTOP);
  // Signals take effect when they are delivered, not when they are sent.
  ::waitpid(pid_, nullptr, WUNTRACED);
}

void RedisServer::resume() { ::kill(pid_, SIGCONT); }

// Any answer counts: a server with a password refuses this PING.
bool RedisServer::answers() const {
  const Context context(::redisConnectUnix(path_.c_str()), &redisFree);
  if (!context || context->err != 0) return false;
  const Reply reply(::redisCommand(context.get(), "PING"), &freeReplyObject);
  return reply != nullptr;
}

std::string RedisServer::run(const std::vector<std::string>& command) const {
  const Context context(::redisConnectUnix(path_.c_str()), &redisFree);
  if (!context || context->err != 0) throw std::runtime_error("redis-server is away");
  std::vector<const char*> words;
  std::vector<std::size_t> sizes;
  for (const std::string& word : command) {
    words.push_back(word.data());
    sizes.push_back(word.size());
  }
  const Reply reply(
      ::redisCommandArgv(context.get(), static_cast<int>(words.size()), words.data(), sizes.data()),
      &freeReplyObject);
  if (!reply) throw std::runtime_error("redis-server does not answer");
  return text_of(*static_cast<const redisReply*>(reply.get()));
}

}  // namespace likeness::test
