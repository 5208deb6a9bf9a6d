#include "cache/redis_socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <system_error>

namespace likeness::cache {
namespace {

// Smaller bytes are copied behind the text: cheaper than a chunk of their own.
constexpr std::size_t kCopyUpTo = 4 * 1024;
constexpr std::size_t kTextChunk = 64 * 1024;
constexpr std::size_t kMaxParts = 64;

std::unexpected<Error> broken(int number) {
  return fail(Errc::store_unavailable,
              "Redis connection: " + std::system_category().message(number));
}

}  // namespace

Result<RedisSocket> RedisSocket::open(const SocketAddress& address) {
  const int fd = ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return broken(errno);
  RedisSocket socket(fd);
  if (address.storage.ss_family != AF_UNIX) {
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  // EAGAIN is a Unix socket's full backlog: unlike EINPROGRESS it does not go on by itself.
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.size) != 0 &&
      errno != EINPROGRESS) {
    return broken(errno);
  }
  return socket;
}

RedisSocket::~RedisSocket() {
  if (fd_ >= 0) ::close(fd_);
}

RedisSocket::RedisSocket(RedisSocket&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)),
      chunks_(std::move(other.chunks_)),
      front_sent_(other.front_sent_),
      unsent_(other.unsent_) {}

Result<void> RedisSocket::connected() const {
  int number = 0;
  socklen_t size = sizeof number;
  if (::getsockopt(fd_, SOL_SOCKET, SO_ERROR, &number, &size) != 0) number = errno;
  if (number != 0) return broken(number);
  return {};
}

void RedisSocket::send(const RedisCommand& command) {
  add_size('*', command.size());
  for (const RedisArg& arg : command) {
    add_size('$', arg.text.size() + (arg.tail ? arg.tail->size() : 0));
    add(arg.text);
    if (arg.tail) add(arg.tail);
    add("\r\n");
  }
}

void RedisSocket::add_size(char mark, std::size_t size) {
  std::array<char, 24> line;
  line[0] = mark;
  char* end = std::to_chars(&line[1], line.data() + line.size(), size).ptr;
  add({line.data(), end});
  add("\r\n");
}

void RedisSocket::add(std::string_view text) {
  if (chunks_.empty() || chunks_.back().bytes || chunks_.back().text.size() > kTextChunk) {
    chunks_.emplace_back();
  }
  chunks_.back().text += text;
  unsent_ += text.size();
}

void RedisSocket::add(const SharedBytes& bytes) {
  if (bytes->size() <= kCopyUpTo) return add(*bytes);
  chunks_.push_back({{}, bytes});
  unsent_ += bytes->size();
}

void RedisSocket::flush() {
  while (unsent_ > 0) {
    std::array<iovec, kMaxParts> parts;
    std::size_t count = 0;
    for (const Chunk& chunk : chunks_) {
      if (count == parts.size()) break;
      const std::string_view view = chunk.view().substr(count == 0 ? front_sent_ : 0);
      parts[count++] = {const_cast<char*>(view.data()), view.size()};
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    const ssize_t done = ::sendmsg(fd_, &message, MSG_NOSIGNAL);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) return;
    sent(static_cast<std::size_t>(done));
  }
}

void RedisSocket::sent(std::size_t count) {
  unsent_ -= count;
  front_sent_ += count;
  while (!chunks_.empty() && front_sent_ >= chunks_.front().view().size()) {
    front_sent_ -= chunks_.front().view().size();
    chunks_.pop_front();
  }
}

Result<std::size_t> RedisSocket::read(std::span<char> buffer) {
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) return fail(Errc::store_unavailable, "Redis closed the connection");
  if (errno == EAGAIN || errno == EINTR) return 0;
  return broken(errno);
}

}  // namespace likeness::cache
