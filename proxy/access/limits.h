#ifndef LIKENESS_PROXY_ACCESS_LIMITS_H_
#define LIKENESS_PROXY_ACCESS_LIMITS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
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

  // From now on these rates hold; what clients have used up stays used up. The number of clients
  // remembered is that of the start. Not for two threads at once.
  void change(const LimitSettings& settings);

  // A request comes in. Nothing: go on; else when it may come again.
  [[nodiscard]] std::optional<milliseconds> admit(const IpAddress& client, Clock::time_point now);
  // It asks for a photo that is not in memory. One that the client has missed within the last
  // minute costs nothing.
  [[nodiscard]] std::optional<milliseconds> miss(const IpAddress& client, std::string_view photo,
                                                 Clock::time_point now);

 private:
  // A bucket that regains one each `interval` nanoseconds and holds `burst`; 0: there is no limit.
  // While it is changed a request may see one of them new and the other one old.
  struct Rate {
    std::atomic<std::int64_t> interval = 0;
    std::atomic<std::int64_t> burst = 0;
    // `limit` each `period` nanoseconds, or any number where it is 0; `most` at once.
    void set(std::int64_t period, std::int64_t limit, std::int64_t most);
    [[nodiscard]] bool limits() const { return interval.load(std::memory_order_relaxed) != 0; }
    // Takes one of a bucket that is full again at `until`; else the nanoseconds to wait.
    [[nodiscard]] std::int64_t take(std::int64_t& until, std::int64_t now) const;
  };
  struct Nothing {};
  using Table = Recent<Nothing>;

  [[nodiscard]] RecentKey key(const IpAddress& client, std::string_view photo) const;
  static std::optional<milliseconds> wait_of(std::int64_t nanoseconds);

  struct Tables {
    explicit Tables(std::size_t room) : clients(room), missing(room), missed(room) {}
    Table clients;
    Table missing;  // Clients, by what they missed.
    Table missed;   // Clients' photos, each missed within the last minute.
  };

  const std::uint64_t seed_;
  const std::size_t room_;
  Rate requests_;
  Rate misses_;
  // Made when something is limited for the first time, and then there to stay.
  std::unique_ptr<Tables> made_;
  std::atomic<Tables*> tables_ = nullptr;
};

}  // namespace likeness::access

#endif  // LIKENESS_PROXY_ACCESS_LIMITS_H_
