#ifndef LIKENESS_PROXY_PROBES_H_
#define LIKENESS_PROXY_PROBES_H_

#include <functional>
#include <string>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/guard.h"
#include "proxy/answer/exchange.h"
#include "proxy/debug.h"
#include "proxy/http/message.h"
#include "proxy/photo/service.h"

namespace likeness {

// Answers balancers and operators, in no dialect: /healthz, that the process is alive; /readyz,
// that it wants requests (503: not now); /metrics; and /debug/, what is known of a photo (Debug).
// The last two are for the operators' door, where there is one, and for who may watch.
//
// Loop-confined. Outlives the exchanges it has been given.
class Probes {
 public:
  // Both thread-safe. The first one gives the Prometheus text on `here`, the loop that asks, on a
  // later turn.
  using Metrics = std::function<void(Loop& here, std::move_only_function<void(std::string)> done)>;
  using Ready = std::function<bool()>;

  // What it is given by reference outlives it.
  Probes(Loop& loop, const access::CurrentGuard& guard, photo::Service& service,
         const Settings& settings, Metrics metrics, Ready ready);

  // Takes `exchange`, and answers now or later, if the request is one of these; else false, and
  // `exchange` is untouched.
  [[nodiscard]] bool handle(const http::Request& request, Exchange& exchange);

 private:
  Loop& loop_;
  const access::CurrentGuard& guard_;
  Metrics metrics_;
  Ready ready_;
  Debug debug_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_PROBES_H_
