#include "cache/redis_feed.h"

#include <algorithm>
#include <utility>

namespace likeness::cache {
namespace {

constexpr const char* kChannel = "__redis__:invalidate";
// Signs of life within the bound: one may be lost, one late.
constexpr int kBeatsPerBound = 4;

// A silent feed is found out within the bound, and a busy machine is no reason to make it anew.
RedisSettings patient(RedisSettings settings) {
  settings.command_timeout = std::max(settings.max_unheard / 2, settings.command_timeout);
  return settings;
}

bool is_ok(const Result<RedisReply>& reply) {
  return reply && reply->kind != RedisReply::Kind::error;
}

}  // namespace

RedisFeed::RedisFeed(Loop& loop, RedisTarget target, const RedisSettings& settings, Vouch& vouch,
                     FeedEvents events)
    : loop_(loop),
      vouch_(vouch),
      events_(std::move(events)),
      prefix_(settings.prefix),
      heartbeat_(std::max(settings.max_unheard / kBeatsPerBound, milliseconds(1))),
      client_(loop, std::move(target), patient(settings),
              {.answered = {},
               .link = [this](bool usable, std::string_view reason) { on_link(usable, reason); },
               .message = [this](const RedisReply& message) { on_message(message); }}) {}

RedisFeed::~RedisFeed() { loop_.cancel(timer_); }

void RedisFeed::on_link(bool usable, std::string_view reason) {
  if (!usable) {
    loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
    whole_ = false;
    if (events_.link) events_.link(false, reason);
    return;
  }
  client_.run({"CLIENT", "ID"}, [this](Result<RedisReply> reply) {
    if (!is_ok(reply)) return refused(reply);
    subscribe(std::to_string(reply->integer));
  });
}

void RedisFeed::subscribe(const std::string& own_id) {
  client_.run({"CLIENT", "TRACKING", "ON", "REDIRECT", own_id, "BCAST", "PREFIX", prefix_},
              [this](Result<RedisReply> reply) {
                tracked_ = is_ok(reply);
                if (!tracked_) refused(reply);
              });
  client_.run({"SUBSCRIBE", kChannel}, [this](Result<RedisReply> reply) {
    if (!is_ok(reply)) return refused(reply);
    if (!tracked_) return;
    whole_ = true;
    // Not before now: what was asked earlier may have been answered before the tracking began.
    vouch_.began(Clock::now());
    if (events_.link) events_.link(true, "subscribed");
    beat();
  });
}

void RedisFeed::beat() {
  timer_ = loop_.after(heartbeat_, [this] {
    client_.run({"PING"}, [this, asked = Clock::now()](Result<RedisReply> reply) {
      if (is_ok(reply) && whole_) vouch_.heard(asked);
    });
    beat();
  });
}

// Redis lets us in but not listen: too old, or a user without the right. Nothing of it changes soon.
void RedisFeed::refused(const Result<RedisReply>& reply) {
  if (!reply || !events_.link) return;
  events_.link(false, reply->text.substr(0, reply->text.find(' ')));
}

void RedisFeed::on_message(const RedisReply& message) {
  const RedisReply& keys = message.elements[2];
  if (keys.kind == RedisReply::Kind::nil) {
    ++changes_;
    return events_.all_changed();
  }
  std::vector<std::string> photos;
  for (const RedisReply& key : keys.elements) {
    if (key.text.starts_with(prefix_)) photos.push_back(key.text.substr(prefix_.size()));
  }
  changes_ += photos.size();
  events_.changed(std::move(photos));
}

}  // namespace likeness::cache
