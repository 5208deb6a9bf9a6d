#include "proxy/news.h"

#include <utility>

#include "proxy/telemetry/log.h"

namespace likeness {

News::News(ReactorLoop& home, const RedisSettings& settings, cache::Vouch& vouch)
    : home_(home), settings_(settings), vouch_(vouch) {}

void News::follow(const std::vector<cache::RedisTarget>& masters) {
  masters_ = masters;
  if (feed_) feed_->follow(masters_);
}

void News::start(photo::Service& service) {
  std::promise<void> tried;
  home_.run([&] {
    tried_ = &tried;
    open(service);
  });
  tried.get_future().wait_for(settings_.connect_timeout);
  home_.run([&] { tried_ = nullptr; });
}

void News::open(photo::Service& service) {
  cache::FeedEvents events{
      .changed = [&service](auto photos) { service.changed(std::move(photos)); },
      .all_changed = [&service] { service.all_changed(); },
      .link =
          [this](bool whole, std::string_view reason) {
            if (whole)
              log::info("changes in redis are heard of");
            else
              log::warn("changes in redis are not heard of: {}", reason);
            if (auto* first = std::exchange(tried_, nullptr)) first->set_value();
          }};
  feed_ = std::make_unique<cache::RedisFeed>(home_, settings_, vouch_, std::move(events));
  feed_->follow(masters_);
}

void News::count(telemetry::Gauges& gauges) const {
  if (!feed_) return;
  gauges.redis_feed_whole = vouch_.whole(Clock::now()) && feed_->whole() ? 1 : 0;
  gauges.redis_changes = feed_->changes();
}

}  // namespace likeness
