#ifndef LIKENESS_PROXY_ACCESS_LIMITS_H_
#define LIKENESS_PROXY_ACCESS_LIMITS_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "config/base/network.h"
#include "config/base/time.h"
#include "config/settings.h"
#include "proxy/access/recent.h"

namespace likeness::access {

// How much one client address may ask for: a token bucket of requests, and one of distinct photos
// that are not in memory, each kept as the one time at which it is full again (GCRA). The clients
// of an IPv6 /64 count as one: a machine has all of it.
//
// Thread-safe, and one for the process: a client's connections are on all loops. The table of
// clients is bounded; a full bucket is what a forgotten client has, so forgetting is never unjust.
class ClientLimits {
 public:
  explicit ClientLimits(const LimitSettings& settings);

  // A request comes in. Nothing: go on; else when it may come again.
  [[nodiscard]] std::optional<milliseconds> admit(const IpAddress& client, Clock::time_point now);
  // It asks for a photo that is not in memory. One that the client has missed within the last
  // minute costs nothing.
  [[nodiscard]] std::optional<milliseconds> miss(const IpAddress& client, std::string_view photo,
                                                 Clock::time_point now);

 private:
  // A bucket that regains one each `interval` nanoseconds and holds `burst`; 0: there is no limit.
  struct Rate {
    std::int64_t interval = 0;
    std::int64_t burst = 0;
    // Takes one of a bucket that is full again at `until`; else the nanoseconds to wait.
    [[nodiscard]] std::int64_t take(std::int64_t& until, std::int64_t now) const;
  };
  struct Nothing {};
  using Table = Recent<Nothing>;

  [[nodiscard]] RecentKey key(const IpAddress& client, std::string_view photo) const;
  static std::optional<milliseconds> wait_of(std::int64_t nanoseconds);

  std::uint64_t seed_;
  Rate requests_;
  Rate misses_;
  Table clients_;
  Table missing_;  // Clients, by what they missed.
  Table missed_;   // Clients' photos, each missed within the last minute.
};

}  // namespace likeness::access

#endif  // LIKENESS_PROXY_ACCESS_LIMITS_H_
