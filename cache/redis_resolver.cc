#include "cache/redis_resolver.h"

#include <netdb.h>
#include <sys/un.h>

#include <cassert>
#include <csignal>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "config/base/guarded.h"

namespace likeness::cache {
namespace {

Result<RedisResolver::Addresses> look_up(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int status = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &list);
  if (status != 0) {
    return fail(Errc::store_unavailable, "cannot resolve " + host + ": " + ::gai_strerror(status));
  }
  RedisResolver::Addresses addresses;
  for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
    SocketAddress& address = addresses.emplace_back();
    std::memcpy(&address.storage, entry->ai_addr, entry->ai_addrlen);
    address.size = entry->ai_addrlen;
  }
  ::freeaddrinfo(list);
  return addresses;
}

// The process's signals belong to the threads that expect them.
void block_signals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
}

}  // namespace

struct RedisResolver::Job {
  Job(Loop* on, Done then) : loop(on), done(std::move(then)) {}
  Guarded<Loop*> loop;  // Null once the resolver is gone.
  Done done;            // Touched on the loop only; empty once the resolver is gone.
};

SocketAddress unix_address(const std::string& path) {
  SocketAddress address;
  sockaddr_un plain{};
  assert(path.size() < sizeof plain.sun_path);
  plain.sun_family = AF_UNIX;
  std::memcpy(plain.sun_path, path.data(), path.size());
  std::memcpy(&address.storage, &plain, sizeof plain);
  address.size = sizeof plain;
  return address;
}

RedisResolver::~RedisResolver() {
  if (!job_) return;
  job_->loop.with([](Loop*& loop) { loop = nullptr; });
  job_->done = nullptr;
}

void RedisResolver::resolve(const std::string& host, std::uint16_t port, Done done) {
  assert(!job_ || !job_->done);
  job_ = std::make_shared<Job>(&loop_, std::move(done));
  const auto answer = [](std::shared_ptr<Job> job, Result<Addresses> addresses) {
    job->loop.with([&](Loop* loop) {
      if (loop == nullptr) return;
      loop->post([job, addresses = std::move(addresses)]() mutable {
        if (auto then = std::exchange(job->done, nullptr)) then(std::move(addresses));
      });
    });
  };
  if (auto numeric = look_up(host, port, AI_NUMERICHOST)) return answer(job_, std::move(numeric));
  try {
    std::thread([answer, job = job_, host, port] {
      block_signals();
      answer(job, look_up(host, port, 0));
    }).detach();
  } catch (const std::system_error& error) {
    answer(job_,
           fail(Errc::store_unavailable, std::string("no thread to resolve: ") + error.what()));
  }
}

}  // namespace likeness::cache
