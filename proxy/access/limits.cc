#include "proxy/access/limits.h"

#include <xxhash.h>

#include <algorithm>
#include <random>

namespace likeness::access {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

std::int64_t nanoseconds(Clock::time_point now) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(now.time_since_epoch()).count();
}

std::uint64_t random_seed() {
  std::random_device random;
  return (std::uint64_t{random()} << 32U) | random();
}

}  // namespace

ClientLimits::ClientLimits(const LimitSettings& settings)
    : seed_(random_seed()), room_(static_cast<std::size_t>(settings.max_clients)) {
  change(settings);
}

void ClientLimits::change(const LimitSettings& settings) {
  const bool limited = settings.requests_per_second > 0 || settings.missed_photos_per_minute > 0;
  if (limited && !made_) {
    made_ = std::make_unique<Tables>(room_);
    tables_.store(made_.get(), std::memory_order_release);
  }
  requests_.set(kSecond, settings.requests_per_second, settings.burst);
  misses_.set(60 * kSecond, settings.missed_photos_per_minute, settings.missed_photos_per_minute);
}

void ClientLimits::Rate::set(std::int64_t period, std::int64_t limit, std::int64_t most) {
  burst.store(most, std::memory_order_relaxed);
  interval.store(limit > 0 ? period / limit : 0, std::memory_order_relaxed);
}

std::int64_t ClientLimits::Rate::take(std::int64_t& until, std::int64_t now) const {
  const std::int64_t begin = std::max(until, now);
  const std::int64_t step = interval.load(std::memory_order_relaxed);
  const std::int64_t wait = begin - now - step * (burst.load(std::memory_order_relaxed) - 1);
  if (wait > 0) return wait;
  until = begin + step;
  return 0;
}

RecentKey ClientLimits::key(const IpAddress& client, std::string_view photo) const {
  constexpr std::size_t kNetwork = 8;  // Bytes of an IPv6 /64.
  const std::size_t size = client.is_v4() ? client.bytes.size() : kNetwork;
  const std::uint64_t who = XXH3_64bits_withSeed(client.bytes.data(), size, seed_);
  const auto hash = XXH3_128bits_withSeed(photo.data(), photo.size(), who);
  return {hash.low64, hash.high64};
}

std::optional<milliseconds> ClientLimits::wait_of(std::int64_t wait) {
  if (wait == 0) return std::nullopt;
  return std::chrono::ceil<milliseconds>(std::chrono::nanoseconds(wait));
}

std::optional<milliseconds> ClientLimits::admit(const IpAddress& client, Clock::time_point now) {
  Tables* const tables = tables_.load(std::memory_order_acquire);
  if (tables == nullptr || !requests_.limits()) return std::nullopt;
  return tables->clients.with(key(client, {}), [&](Table::Slot& slot) {
    return wait_of(requests_.take(slot.until, nanoseconds(now)));
  });
}

std::optional<milliseconds> ClientLimits::miss(const IpAddress& client, std::string_view photo,
                                               Clock::time_point now) {
  Tables* const tables = tables_.load(std::memory_order_acquire);
  if (tables == nullptr || !misses_.limits()) return std::nullopt;
  const std::int64_t time = nanoseconds(now);
  const auto asked = key(client, photo);
  if (tables->missed.find(asked, time)) return std::nullopt;
  const auto wait = tables->missing.with(
      key(client, {}), [&](Table::Slot& slot) { return wait_of(misses_.take(slot.until, time)); });
  if (!wait) tables->missed.with(asked, [&](auto& slot) { slot.until = time + 60 * kSecond; });
  return wait;
}

}  // namespace likeness::access
