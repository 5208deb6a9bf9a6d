#include "proxy/service_manager.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>
#include <numeric>

namespace likeness::service_manager {

std::vector<int> take_sockets() {
  const int count = ::sd_listen_fds(/*unset_environment=*/1);
  std::vector<int> sockets(static_cast<std::size_t>(std::max(count, 0)));
  std::iota(sockets.begin(), sockets.end(), SD_LISTEN_FDS_START);
  return sockets;
}

void tell_ready() { ::sd_notify(0, "READY=1"); }
void tell_stopping() { ::sd_notify(0, "STOPPING=1"); }

std::optional<milliseconds> watchdog_period() {
  std::uint64_t limit = 0;
  if (::sd_watchdog_enabled(0, &limit) <= 0) return std::nullopt;
  // Twice within its limit, as sd_watchdog_enabled(3) advises.
  return std::chrono::duration_cast<milliseconds>(std::chrono::microseconds(limit / 2));
}

void tell_alive() { ::sd_notify(0, "WATCHDOG=1"); }

}  // namespace likeness::service_manager
