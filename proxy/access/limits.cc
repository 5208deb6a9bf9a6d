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

std::size_t room(bool used, int clients) { return used ? static_cast<std::size_t>(clients) : 1; }

}  // namespace

ClientLimits::ClientLimits(const LimitSettings& settings)
    : seed_(random_seed()),
      clients_(room(settings.requests_per_second > 0, settings.max_clients)),
      missing_(room(settings.missed_photos_per_minute > 0, settings.max_clients)),
      missed_(room(settings.missed_photos_per_minute > 0, settings.max_clients)) {
  if (settings.requests_per_second > 0)
    requests_ = {kSecond / settings.requests_per_second, settings.burst};
  if (settings.missed_photos_per_minute > 0)
    misses_ = {60 * kSecond / settings.missed_photos_per_minute, settings.missed_photos_per_minute};
}

std::int64_t ClientLimits::Rate::take(std::int64_t& until, std::int64_t now) const {
  const std::int64_t begin = std::max(until, now);
  const std::int64_t wait = begin - now - interval * (burst - 1);
  if (wait > 0) return wait;
  until = begin + interval;
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
  if (requests_.interval == 0) return std::nullopt;
  return clients_.with(key(client, {}), [&](Table::Slot& slot) {
    return wait_of(requests_.take(slot.until, nanoseconds(now)));
  });
}

std::optional<milliseconds> ClientLimits::miss(const IpAddress& client, std::string_view photo,
                                               Clock::time_point now) {
  if (misses_.interval == 0) return std::nullopt;
  const std::int64_t time = nanoseconds(now);
  const auto asked = key(client, photo);
  if (missed_.find(asked, time)) return std::nullopt;
  const auto wait = missing_.with(
      key(client, {}), [&](Table::Slot& slot) { return wait_of(misses_.take(slot.until, time)); });
  if (!wait) missed_.with(asked, [&](Table::Slot& slot) { slot.until = time + 60 * kSecond; });
  return wait;
}

}  // namespace likeness::access
