#include "proxy/probes.h"

#include <string_view>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

using dialects::Dialect;

namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD";
constexpr std::string_view kPlain = "text/plain; charset=utf-8";

void send_text(Exchange& exchange, int status, std::string_view type, std::string_view text) {
  http::Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store").line("Content-Type: ", type);
  exchange.send({.status = status, .lines = lines.view(), .body = text});
}

}  // namespace

Probes::Probes(Loop& loop, const access::CurrentGuard& guard, photo::Service& service,
               const Settings& settings, Metrics metrics, Ready ready)
    : loop_(loop),
      guard_(guard),
      metrics_(std::move(metrics)),
      ready_(std::move(ready)),
      debug_(loop, service, settings) {}

bool Probes::handle(const http::Request& request, Exchange& exchange) {
  const bool metrics = request.path == "/metrics";
  const bool debug = Debug::owns(request.path);
  const bool ready = request.path == "/readyz";
  const bool watched = metrics || debug;
  if (!watched && !ready && request.path != "/healthz") return false;
  if (watched && !guard_->is_operators_door(request)) return false;
  exchange.route = metrics ? telemetry::Route::metrics
                   : debug ? telemetry::Route::admin
                           : telemetry::Route::health;
  if (!http::reads(request.method)) {
    refuse(exchange, Dialect::web, {Errc::method_not_allowed, {}, {}}, request.header("accept"),
           kAllow);
  } else if (watched && !guard_->may_watch(request)) {
    refuse(exchange, Dialect::web, {Errc::forbidden, {}, {}}, request.header("accept"));
  } else if (debug) {
    debug_.handle(request, std::move(exchange));
  } else if (metrics) {
    metrics_(loop_, [exchange = std::move(exchange)](const std::string& text) mutable {
      send_text(exchange, 200, telemetry::kPrometheusType, text);
    });
  } else {
    const bool good = !ready || ready_();
    send_text(exchange, good ? 200 : 503, kPlain, good ? "ok\n" : "not ready\n");
  }
  return true;
}

}  // namespace likeness
