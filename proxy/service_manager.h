#ifndef LIKENESS_PROXY_SERVICE_MANAGER_H_
#define LIKENESS_PROXY_SERVICE_MANAGER_H_

#include <optional>
#include <vector>

#include "config/base/time.h"

// What a service manager, which is systemd or speaks its protocol (sd_listen_fds(3), sd_notify(3)),
// and this process tell each other. Where there is none, nothing is told. Call it from main() or a
// loop; nothing here waits.
namespace likeness::service_manager {

// The listening sockets that it has opened for us, in its order; the caller closes them. Only the
// first call gives them, so that child processes are not told of them.
[[nodiscard]] std::vector<int> take_sockets();

void tell_ready();
void tell_stopping();

// How often it wants to hear that we are alive, if it does; and the word itself.
[[nodiscard]] std::optional<milliseconds> watchdog_period();
void tell_alive();

}  // namespace likeness::service_manager

#endif  // LIKENESS_PROXY_SERVICE_MANAGER_H_
