#include "cache/redis_feed.h"

#include <algorithm>
#include <set>
#include <utility>

namespace likeness::cache {
namespace {

constexpr const char* kChannel = "__redis__:invalidate";
// Signs of life within the bound: one may be lost, one late.
constexpr int kBeatsPerBound = 4;

// A silent line is found out within the bound, and a busy machine is no reason to make it anew.
RedisSettings patient(RedisSettings settings) {
  settings.command_timeout = std::max(settings.max_unheard / 2, settings.command_timeout);
  return settings;
}

bool is_ok(const Result<RedisReply>& reply) {
  return reply && reply->kind != RedisReply::Kind::error;
}

}  // namespace

class RedisFeed::Line {
 public:
  Line(RedisFeed& feed, const RedisTarget& server)
      : feed_(feed),
        client_(feed.loop_, server, feed.settings_,
                {.answered = {},
                 .link = [this](bool usable, std::string_view why) { on_link(usable, why); },
                 .message = [this](const RedisReply& message) { on_message(message); }}) {}
  ~Line() { feed_.loop_.cancel(timer_); }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  [[nodiscard]] bool whole() const { return whole_; }
  // All changes before have been heard of, while it is whole.
  [[nodiscard]] Clock::time_point heard() const { return heard_; }

 private:
  void on_link(bool usable, std::string_view reason);
  void on_message(const RedisReply& message);
  void subscribe(const std::string& own_id);
  void beat();
  void refused(const Result<RedisReply>& reply);

  RedisFeed& feed_;
  bool tracked_ = false;
  bool whole_ = false;
  Clock::time_point heard_;
  Loop::TimerId timer_ = Loop::TimerId::none;
  RedisClient client_;
};

void RedisFeed::Line::on_link(bool usable, std::string_view reason) {
  if (!usable) {
    feed_.loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
    whole_ = tracked_ = false;
    if (feed_.events_.link) feed_.events_.link(false, reason);
    return;
  }
  client_.run({"CLIENT", "ID"}, [this](Result<RedisReply> reply) {
    if (!is_ok(reply)) return refused(reply);
    subscribe(std::to_string(reply->integer));
  });
}

void RedisFeed::Line::subscribe(const std::string& own_id) {
  client_.run(
      {"CLIENT", "TRACKING", "ON", "REDIRECT", own_id, "BCAST", "PREFIX", feed_.settings_.prefix},
      [this](Result<RedisReply> reply) {
        tracked_ = is_ok(reply);
        if (!tracked_) refused(reply);
      });
  client_.run({"SUBSCRIBE", kChannel}, [this](Result<RedisReply> reply) {
    if (!is_ok(reply)) return refused(reply);
    if (!tracked_) return;
    whole_ = true;
    // Not before now: what was asked earlier may have been answered before the tracking began.
    heard_ = Clock::now();
    feed_.on_whole();
    if (feed_.events_.link) feed_.events_.link(true, "subscribed");
    beat();
  });
}

void RedisFeed::Line::beat() {
  const auto pause = std::max(feed_.settings_.max_unheard / kBeatsPerBound, milliseconds(1));
  // The command timeout is longer than the pause, and the answers come in order.
  timer_ = feed_.loop_.after(pause, [this] {
    client_.run({"PING"}, [this, asked = Clock::now()](Result<RedisReply> reply) {
      if (!is_ok(reply) || !whole_) return;
      heard_ = asked;
      feed_.on_heard();
    });
    beat();
  });
}

// Redis lets us in but not listen: too old, or a user without the right. Nothing of it changes
// soon.
void RedisFeed::Line::refused(const Result<RedisReply>& reply) {
  if (!reply || !feed_.events_.link) return;
  feed_.events_.link(false, reply->text.substr(0, reply->text.find(' ')));
}

void RedisFeed::Line::on_message(const RedisReply& message) {
  const RedisReply& keys = message.elements[2];
  const std::string& prefix = feed_.settings_.prefix;
  if (keys.kind == RedisReply::Kind::nil) {
    ++feed_.changes_;
    return feed_.events_.all_changed();
  }
  std::vector<std::string> photos;
  for (const RedisReply& key : keys.elements) {
    if (key.text.starts_with(prefix)) photos.push_back(key.text.substr(prefix.size()));
  }
  feed_.changes_ += photos.size();
  feed_.events_.changed(std::move(photos));
}

RedisFeed::RedisFeed(Loop& loop, const RedisSettings& settings, Vouch& vouch, FeedEvents events)
    : loop_(loop), settings_(patient(settings)), vouch_(vouch), events_(std::move(events)) {}

RedisFeed::~RedisFeed() = default;

void RedisFeed::follow(const std::vector<RedisTarget>& servers) {
  std::set<std::string> names;
  for (const RedisTarget& server : servers) {
    const std::string name = server.unix_path + server.host + ':' + std::to_string(server.port);
    names.insert(name);
    if (!lines_.contains(name)) lines_.emplace(name, std::make_unique<Line>(*this, server));
  }
  // News that a server has sent and we have not read may be lost with it.
  if (std::erase_if(lines_, [&](const auto& line) { return !names.contains(line.first); }) > 0)
    on_whole();
}

bool RedisFeed::whole() const {
  return !lines_.empty() &&
         std::ranges::all_of(lines_, [](const auto& line) { return line.second->whole(); });
}

void RedisFeed::on_whole() {
  if (whole()) vouch_.began(Clock::now());
}

void RedisFeed::on_heard() {
  if (!whole()) return;
  auto heard = Clock::time_point::max();
  for (const auto& [name, line] : lines_) heard = std::min(heard, line->heard());
  vouch_.heard(heard);
}

}  // namespace likeness::cache
