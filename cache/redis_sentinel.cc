#include "cache/redis_sentinel.h"

#include <charconv>
#include <utility>

namespace likeness::cache {
namespace {

constexpr milliseconds kSoon{100};
constexpr milliseconds kAtLeisure{1'000};

// A database or a log-in of the master means nothing to its sentinels.
RedisTarget without_login(RedisTarget target) {
  target.user.clear();
  target.password.clear();
  target.database = 0;
  return target;
}

std::optional<RedisAddress> read_address(const Result<RedisReply>& reply) {
  if (!reply || reply->elements.size() != 2) return std::nullopt;
  RedisAddress address{reply->elements[0].text, 0};
  const std::string& port = reply->elements[1].text;
  std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (address.host.empty() || address.port == 0) return std::nullopt;
  return address;
}

}  // namespace

RedisSentinel::RedisSentinel(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
                             RouterEvents events)
    : seeds_(target.seeds),
      name_(target.master_name),
      tell_masters_(std::move(events.masters)),
      asking_(loop, [this] { ask(); }),
      sentinels_(loop, without_login(target), settings,
                 {{},
                  [this](bool usable, auto) {
                    if (usable) asking_.plan(milliseconds(0));
                  },
                  {}},
                 [] {}),
      servers_(loop, target, settings, {std::move(events.answered), std::move(events.link), {}},
               [this] { asking_.plan(kSoon); }) {
  for (const RedisAddress& seed : seeds_) sentinels_.add(seed);
}

void RedisSentinel::run(std::string_view, RedisCommand command, Done done) {
  run_on(master_, command, std::move(done));
}

void RedisSentinel::run_on(const std::string& master, const RedisCommand& command, Done done) {
  servers_.run(master, command, [this, then = std::move(done)](Result<RedisReply> reply) mutable {
    const bool demoted =
        reply && reply->kind == RedisReply::Kind::error && reply->text.starts_with("READONLY");
    if (demoted) asking_.plan(milliseconds(0));
    then(std::move(reply));
  });
}

// One after the other, until one knows.
void RedisSentinel::ask() {
  const std::string sentinel = name_of(seeds_[next_seed_ % seeds_.size()]);
  if (!sentinels_.connected(sentinel)) {
    ++next_seed_;
    return asking_.plan(kSoon);
  }
  sentinels_.run(sentinel, {"SENTINEL", "get-master-addr-by-name", name_},
                 [this](Result<RedisReply> reply) {
                   const auto master = read_address(reply);
                   if (master)
                     adopt(*master);
                   else
                     ++next_seed_;
                   asking_.plan(connected() ? kAtLeisure : kSoon);
                 });
}

void RedisSentinel::adopt(const RedisAddress& master) {
  const std::string name = servers_.add(master);
  if (name == master_) return;
  master_ = name;
  servers_.keep({name});
  if (tell_masters_) tell_masters_({servers_.target(master)});
}

}  // namespace likeness::cache
