#ifndef LIKENESS_CACHE_REDIS_CLUSTER_H_
#define LIKENESS_CACHE_REDIS_CLUSTER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cache/planned_task.h"
#include "cache/redis_nodes.h"
#include "cache/redis_router.h"
#include "cache/redis_slots.h"

namespace likeness::cache {

// The RedisRouter of a Redis Cluster: one connection to each master, and a map from slots to
// masters. A server that sends a command elsewhere (MOVED, ASK) is followed. The map is read anew
// after that, while a master cannot be reached, and now and then.
//
// While a master is away, which a cluster takes seconds to notice, commands for its slots are
// refused at once.
//
// Loop-confined.
class RedisCluster final : public RedisRouter {
 public:
  RedisCluster(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
               RouterEvents events);
  RedisCluster(const RedisCluster&) = delete;
  RedisCluster& operator=(const RedisCluster&) = delete;

  void run(std::string_view key, RedisCommand command, Done done) override;
  [[nodiscard]] std::vector<std::string> masters() const override { return masters_; }
  void run_on(const std::string& master, const RedisCommand& command, Done done) override;
  [[nodiscard]] bool connected() const override;
  [[nodiscard]] std::vector<RedisNode> nodes() const override { return nodes_.list(); }
  [[nodiscard]] RedisStats stats() const override { return nodes_.stats(); }

 private:
  // A command on its way, wherever that leads.
  struct Call {
    RedisCommand command;
    Done done;
    int redirects = 0;
  };

  void send(const std::string& node, const std::shared_ptr<Call>& call);
  void answered(const std::string& node, const std::shared_ptr<Call>& call,
                Result<RedisReply> reply);
  void read_map();
  void adopt(const std::vector<SlotRange>& ranges);

  const std::vector<RedisAddress> seeds_;
  const std::function<void(const std::vector<RedisTarget>&)> tell_masters_;
  std::size_t next_seed_ = 0;
  std::vector<std::string> masters_;  // By name.
  std::vector<std::uint16_t> slots_;  // Index into servers_, + 1; 0: nobody's.
  std::vector<std::string> servers_;  // Names that slots_ may mean.
  bool reading_ = false;
  PlannedTask next_reading_;
  RedisNodes nodes_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_CLUSTER_H_
