#ifndef LIKENESS_PROXY_GATEWAY_H_
#define LIKENESS_PROXY_GATEWAY_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/dialects/call.h"
#include "proxy/http/connection.h"
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
  Gateway(Loop& loop, photo::Service& service, const Settings& settings, ProcessView process,
          telemetry::Metrics& metrics);

  void handle(const http::Request& request, http::Responder responder);

 private:
  struct Context;

  bool answer_system(const Context& context, http::Responder& responder);
  void answer(const Context& context, http::Responder& responder, const photo::Outcome& outcome);
  void answer_found(const Context& context, http::Responder& responder, const photo::Found& found);
  void refuse(const Context& context, http::Responder& responder, dialects::Dialect dialect,
              const Error& error);
  void send_text(const Context& context, http::Responder& responder, int status,
                 std::string_view text);
  void send(const Context& context, http::Responder& responder, const http::Reply& reply,
            telemetry::CacheOutcome outcome);

  Loop& loop_;
  photo::Service& service_;
  FreshnessSettings freshness_;
  dialects::Limits limits_;
  ProcessView process_;
  telemetry::Metrics& metrics_;
  std::string request_prefix_;
  std::uint64_t last_request_ = 0;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_GATEWAY_H_
