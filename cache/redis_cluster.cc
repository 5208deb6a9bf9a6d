#include "cache/redis_cluster.h"

#include <algorithm>
#include <utility>

namespace likeness::cache {
namespace {

// A cluster in motion sends a command from one server to another and perhaps back; more often than
// this it is broken.
constexpr int kMaxRedirects = 5;
// While something is wrong, and otherwise.
constexpr milliseconds kSoon{100};
constexpr milliseconds kAtLeisure{10'000};

RedisAddress address_of(const std::string& name) {
  const auto colon = name.rfind(':');
  return {name.substr(0, colon), static_cast<std::uint16_t>(std::stoi(name.substr(colon + 1)))};
}

}  // namespace

RedisCluster::RedisCluster(Loop& loop, const RedisTarget& target, const RedisSettings& settings,
                           RouterEvents events)
    : seeds_(target.seeds),
      tell_masters_(std::move(events.masters)),
      slots_(kSlots, 0),
      next_reading_(loop, [this] { read_map(); }),
      nodes_(loop, target, settings,
             {std::move(events.answered),
              [this, tell = std::move(events.link)](bool usable, std::string_view reason) {
                if (usable && masters_.empty()) next_reading_.plan(milliseconds(0));
                if (tell) tell(usable, reason);
              },
              {}},
             [this] { next_reading_.plan(kSoon); }) {
  for (const RedisAddress& seed : seeds_) nodes_.add(seed);
  next_reading_.plan(kSoon);
}

void RedisCluster::run(std::string_view key, RedisCommand command, Done done) {
  const auto server = slots_[slot_of(key)];
  send(server == 0 ? std::string() : servers_[server - 1U],
       std::make_shared<Call>(std::move(command), std::move(done)));
}

void RedisCluster::run_on(const std::string& master, const RedisCommand& command, Done done) {
  nodes_.run(master, command, std::move(done));
}

void RedisCluster::send(const std::string& node, const std::shared_ptr<Call>& call) {
  nodes_.run(node, call->command, [this, node, call](Result<RedisReply> reply) {
    answered(node, call, std::move(reply));
  });
}

void RedisCluster::answered(const std::string& node, const std::shared_ptr<Call>& call,
                            Result<RedisReply> reply) {
  const auto redirect =
      reply ? read_redirect(*reply, address_of(node).host) : std::optional<Redirect>();
  if (!redirect) {
    if (reply && reply->kind == RedisReply::Kind::error && reply->text.starts_with("CLUSTERDOWN"))
      next_reading_.plan(kSoon);
    return call->done(std::move(reply));
  }
  if (++call->redirects > kMaxRedirects)
    return call->done(fail(Errc::store_unavailable, "the cluster sends us in circles"));
  const std::string other = nodes_.add(redirect->to);
  if (redirect->ask) {
    nodes_.run(other, {"ASKING"}, [](auto) {});
    return send(other, call);
  }
  auto server = std::ranges::find(servers_, other);
  if (server == servers_.end()) server = servers_.insert(servers_.end(), other);
  slots_[redirect->slot] = static_cast<std::uint16_t>(server - servers_.begin() + 1);
  next_reading_.plan(kSoon);
  send(other, call);
}

// From whoever is there; from the next seed, where nobody is.
void RedisCluster::read_map() {
  if (reading_) return;
  const std::string node = nodes_.any_connected();
  if (node.empty()) {
    nodes_.add(seeds_[next_seed_++ % seeds_.size()]);
    return next_reading_.plan(kSoon);
  }
  reading_ = true;
  nodes_.run(node, {"CLUSTER", "SLOTS"}, [this, node](Result<RedisReply> reply) {
    reading_ = false;
    const auto ranges = reply ? read_slots(*reply, address_of(node))
                              : Result<std::vector<SlotRange>>(std::unexpected(reply.error()));
    if (ranges && !ranges->empty()) adopt(*ranges);
    next_reading_.plan(connected() ? kAtLeisure : kSoon);
  });
}

void RedisCluster::adopt(const std::vector<SlotRange>& ranges) {
  std::vector<std::string> masters;
  std::vector<RedisTarget> targets;
  std::ranges::fill(slots_, 0);
  for (const SlotRange& range : ranges) {
    std::string name = nodes_.add(range.master);
    auto place = std::ranges::find(masters, name);
    if (place == masters.end()) {
      targets.push_back(nodes_.target(range.master));
      place = masters.insert(masters.end(), std::move(name));
    }
    const auto index = static_cast<std::uint16_t>(place - masters.begin() + 1);
    std::fill(slots_.begin() + range.first, slots_.begin() + range.last + 1, index);
  }
  servers_ = masters;
  nodes_.keep(masters);
  std::ranges::sort(masters);
  if (masters == std::exchange(masters_, masters)) return;
  if (tell_masters_) tell_masters_(targets);
}

bool RedisCluster::connected() const {
  return !masters_.empty() && std::ranges::find(slots_, 0) == slots_.end() &&
         std::ranges::all_of(masters_, [this](const auto& name) { return nodes_.connected(name); });
}

}  // namespace likeness::cache
