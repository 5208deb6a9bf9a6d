#ifndef LIKENESS_CACHE_REDIS_ROUTER_H_
#define LIKENESS_CACHE_REDIS_ROUTER_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/redis_client.h"

namespace likeness::cache {

// Called on the loop; each may be empty.
struct RouterEvents {
  // As in RedisEvents, of any node.
  std::function<void(std::chrono::nanoseconds)> answered;
  std::function<void(bool usable, std::string_view reason)> link;
  // These are the servers that are written to, all of them, now.
  std::function<void(const std::vector<RedisTarget>&)> masters;
};

// A server that commands are sent to now.
struct RedisNode {
  std::string name;  // "host:port" or "unix:/path".
  RedisBreaker breaker = RedisBreaker::open;
  std::uint64_t openings = 0;  // Only grows while the server is one of them.
};

// A RedisRouter sends each command to the server that has its key: to the one there is
// (RedisSingle), to the one that the sentinels name (RedisSentinel), or by the key's slot
// (RedisCluster). The contract of RedisClient::run() holds for all of them.
//
// Loop-confined. Destroying it drops the callbacks of commands in flight uncalled.
class RedisRouter {
 public:
  using Done = RedisClient::Done;

  virtual ~RedisRouter() = default;

  virtual void run(std::string_view key, RedisCommand command, Done done) = 0;

  // The servers that together have all keys, by name; and a command for one of them.
  [[nodiscard]] virtual std::vector<std::string> masters() const = 0;
  virtual void run_on(const std::string& master, const RedisCommand& command, Done done) = 0;

  // Can every key be reached?
  [[nodiscard]] virtual bool connected() const = 0;
  [[nodiscard]] virtual std::vector<RedisNode> nodes() const = 0;
  // Of all servers, those that are no longer used included.
  [[nodiscard]] virtual RedisStats stats() const = 0;
};

// The kind that the target asks for.
[[nodiscard]] std::unique_ptr<RedisRouter> make_router(Loop& loop, const RedisTarget& target,
                                                       const RedisSettings& settings,
                                                       RouterEvents events);

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_ROUTER_H_
