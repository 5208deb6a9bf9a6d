#ifndef LIKENESS_CACHE_REDIS_RESOLVER_H_
#define LIKENESS_CACHE_REDIS_RESOLVER_H_

#include <sys/socket.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "config/base/error.h"
#include "config/base/loop.h"

namespace likeness::cache {

// Where connect() goes.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// REQUIRES: the path fits in a sockaddr_un.
[[nodiscard]] SocketAddress unix_address(const std::string& path);

// A RedisResolver looks names up without holding up the loop: on a thread that lives for one
// look-up, one at a time. (getaddrinfo() blocks for seconds when a name server is away, and a
// look-up happens once per connection, so a thread per look-up is cheap enough.)
//
// Loop-confined. Destroying it drops `done` uncalled; the thread ends by itself when the system's
// resolver gives up, and touches nothing of ours then.
class RedisResolver {
 public:
  using Addresses = std::vector<SocketAddress>;
  using Done = std::move_only_function<void(Result<Addresses>)>;

  explicit RedisResolver(Loop& loop) : loop_(loop) {}
  ~RedisResolver();
  RedisResolver(const RedisResolver&) = delete;
  RedisResolver& operator=(const RedisResolver&) = delete;

  // Gives the addresses of a name, or of a numeric address, in the order to try them. Calls `done`
  // exactly once, never before resolve() returns; errors: store_unavailable.
  // REQUIRES: the call before has answered.
  void resolve(const std::string& host, std::uint16_t port, Done done);

 private:
  struct Job;
  Loop& loop_;
  std::shared_ptr<Job> job_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_RESOLVER_H_
