#include "cache/redis_router.h"

#include <utility>

#include "cache/redis_cluster.h"
#include "cache/redis_sentinel.h"

namespace likeness::cache {
namespace {

// One server, for ever.
class RedisSingle final : public RedisRouter {
 public:
  RedisSingle(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
              RouterEvents events)
      : loop_(loop),
        name_(target.unix_path.empty() ? name_of({target.host, target.port})
                                       : "unix:" + target.unix_path),
        client_(loop, target, settings, {std::move(events.answered), std::move(events.link), {}}) {
    if (!events.masters) return;
    announcement_ =
        loop.after(milliseconds(0), [tell = std::move(events.masters), target] { tell({target}); });
  }
  ~RedisSingle() override { loop_.cancel(announcement_); }
  RedisSingle(const RedisSingle&) = delete;
  RedisSingle& operator=(const RedisSingle&) = delete;

  void run(std::string_view, RedisCommand command, Done done) override {
    client_.run(command, std::move(done));
  }
  [[nodiscard]] std::vector<std::string> masters() const override { return {""}; }
  void run_on(const std::string&, const RedisCommand& command, Done done) override {
    client_.run(command, std::move(done));
  }
  [[nodiscard]] bool connected() const override { return client_.connected(); }
  [[nodiscard]] std::vector<RedisNode> nodes() const override {
    return {{name_, client_.breaker(), client_.stats().openings}};
  }
  [[nodiscard]] RedisStats stats() const override { return client_.stats(); }

 private:
  Loop& loop_;
  const std::string name_;
  Loop::TimerId announcement_ = Loop::TimerId::none;
  RedisClient client_;
};

}  // namespace

std::unique_ptr<RedisRouter> make_router(Loop& loop, const RedisTarget& target,
                                         const RedisSettings& settings, RouterEvents events) {
  switch (target.kind) {
    case RedisTarget::Kind::server: break;
    case RedisTarget::Kind::cluster:
      return std::make_unique<RedisCluster>(loop, target, settings, std::move(events));
    case RedisTarget::Kind::sentinel:
      return std::make_unique<RedisSentinel>(loop, target, settings, std::move(events));
  }
  return std::make_unique<RedisSingle>(loop, target, settings, std::move(events));
}

}  // namespace likeness::cache
