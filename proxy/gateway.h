#ifndef LIKENESS_PROXY_GATEWAY_H_
#define LIKENESS_PROXY_GATEWAY_H_

#include <functional>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/dialects/call.h"
#include "proxy/exchange.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/http/message.h"
#include "proxy/photo/service.h"
#include "proxy/telemetry/metrics.h"

namespace likeness {

// What the gateways of all loops ask the process itself. Thread-safe functions.
struct ProcessView {
  // Gives the Prometheus text on `here`, the loop that asks, on a later turn.
  std::function<void(Loop& here, std::move_only_function<void(std::string)> done)> metrics;
  // May a balancer send requests here?
  std::function<bool()> ready;
};

// The gateway of one loop: turns an HTTP request into a dialect's call, asks the photo service, and
// turns the outcome into the dialect's answer. Memory hits are answered within handle(), without an
// allocation.
//
// Loop-confined. Outlives the responders it has been given.
class Gateway {
 public:
  // What it is given outlives it.
  Gateway(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
          const Settings& settings, ProcessView process, telemetry::Metrics& metrics);

  void handle(const http::Request& request, http::Responder responder);

 private:
  bool answer_system(const http::Request& request, Exchange& exchange);
  void answer_photo(const http::Request& request, const dialects::Call& call, Exchange exchange);
  void answer(const http::Request& request, const dialects::Call& call, Exchange& exchange,
              const photo::Outcome& outcome);
  void answer_failure(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                      const photo::Failure& failure);
  void answer_stand_in(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                       const photo::Failure& failure, const cache::PicturePtr& picture);
  void answer_found(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                    const photo::Found& found);

  Loop& loop_;
  photo::Service& service_;
  fallback::Fallbacks& fallbacks_;
  const Settings& settings_;
  dialects::Limits limits_;
  ProcessView process_;
  telemetry::Metrics& metrics_;
  RequestIds request_ids_;
  const std::string shared_lines_;
  const std::string preflight_lines_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_GATEWAY_H_
