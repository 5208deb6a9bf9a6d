#ifndef LIKENESS_CACHE_REDIS_SENTINEL_H_
#define LIKENESS_CACHE_REDIS_SENTINEL_H_

#include <string>
#include <string_view>
#include <vector>

#include "cache/planned_task.h"
#include "cache/redis_nodes.h"
#include "cache/redis_router.h"

namespace likeness::cache {

// The RedisRouter of a master that sentinels watch (redis.io/docs/manual/sentinel): they are asked
// which server it is, now and then, and at once when it is lost or says that it is a replica. The
// log-in is for the master; sentinels are asked without one.
//
// Loop-confined.
class RedisSentinel final : public RedisRouter {
 public:
  RedisSentinel(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
                RouterEvents events);
  RedisSentinel(const RedisSentinel&) = delete;
  RedisSentinel& operator=(const RedisSentinel&) = delete;

  void run(std::string_view key, RedisCommand command, Done done) override;
  [[nodiscard]] std::vector<std::string> masters() const override { return {master_}; }
  void run_on(const std::string& master, const RedisCommand& command, Done done) override;
  [[nodiscard]] bool connected() const override { return servers_.connected(master_); }
  [[nodiscard]] std::vector<RedisNode> nodes() const override { return servers_.list(); }
  [[nodiscard]] RedisStats stats() const override { return servers_.stats(); }

 private:
  void ask();
  void adopt(const RedisAddress& master);

  const std::vector<RedisAddress> seeds_;
  const std::string name_;
  const std::function<void(const std::vector<RedisTarget>&)> tell_masters_;
  std::string master_;
  std::size_t next_seed_ = 0;
  PlannedTask asking_;
  RedisNodes sentinels_;
  RedisNodes servers_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_SENTINEL_H_
