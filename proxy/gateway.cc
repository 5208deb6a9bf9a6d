#include "proxy/gateway.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "proxy/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/photo/tags.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

using dialects::Call;
using dialects::Dialect;
using http::Lines;
using http::Request;

namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, OPTIONS";

// What of a request must outlive handle() when the answer takes longer: its own words, copied.
class Kept {
 public:
  Kept(const Request& request, const Call& call) : call_(call), target_(request.target) {
    for (std::size_t i = 0; i < kNames.size(); ++i) values_[i] = joined(request, kNames[i]);
    request_ = request;
    request_.target = target_;
    request_.path = std::string_view(target_).substr(0, request.path.size());
    const auto query = std::string_view(target_).substr(request.path.size());
    request_.query = query.substr(std::min<std::size_t>(1, query.size()));
    request_.method_name = {};
    request_.client = {};
    request_.body = {};
    // A header that was not sent must stay absent: an empty If-None-Match is not none at all.
    std::size_t present = 0;
    for (std::size_t i = 0; i < kNames.size(); ++i)
      if (!request.header(kNames[i]).empty()) headers_[present++] = {kNames[i], values_[i]};
    request_.headers = std::span(headers_).first(present);
  }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

  [[nodiscard]] const Request& request() const { return request_; }
  [[nodiscard]] const Call& call() const { return call_; }

 private:
  static constexpr std::array<std::string_view, 4> kNames{"if-none-match", "if-modified-since",
                                                          "accept", "host"};

  static std::string joined(const Request& request, std::string_view name) {
    std::string all;
    for (const http::Header& header : request.headers) {
      if (!dialects::is(header.name, name)) continue;
      if (!all.empty()) all += ", ";
      all += header.value;
    }
    return all;
  }

  Call call_;
  std::string target_;
  std::array<std::string, kNames.size()> values_;
  std::array<http::Header, kNames.size()> headers_;
  Request request_;
};

telemetry::Route route_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::web: return telemetry::Route::web;
    case Dialect::ucwa: return telemetry::Route::ucwa;
    case Dialect::outlook: return telemetry::Route::outlook;
    case Dialect::graph: return telemetry::Route::graph;
    case Dialect::ews: return telemetry::Route::ews;
  }
  return telemetry::Route::other;
}

telemetry::CacheOutcome outcome_of(const photo::Found& found) {
  using telemetry::CacheOutcome;
  if (found.stale) return CacheOutcome::stale;
  if (found.shared && found.via >= photo::Via::rendered) return CacheOutcome::coalesced;
  switch (found.via) {
    case photo::Via::memory: return CacheOutcome::memory;
    case photo::Via::store: return CacheOutcome::redis;
    case photo::Via::rendered: return CacheOutcome::rendered;
    case photo::Via::fetched: return CacheOutcome::fetched;
    case photo::Via::revalidated: return CacheOutcome::revalidated;
  }
  return CacheOutcome::none;
}

// Of web pages' URLs alone: no other client knows this parameter.
std::string_view version_in(const Request& request, const Call& call) {
  if (call.dialect != Dialect::web) return {};
  return dialects::query_value(request.query, "v").value_or("");
}

bool reads(const Request& request) {
  return request.method == http::Method::get || request.method == http::Method::head;
}

void send_text(Exchange& exchange, int status, std::string_view text) {
  Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store").line("Content-Type: ", telemetry::kPrometheusType);
  exchange.send({.status = status, .lines = lines.view(), .body = text});
}

}  // namespace

Gateway::Gateway(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
                 const Settings& settings, ProcessView process, telemetry::Metrics& metrics)
    : loop_(loop),
      service_(service),
      fallbacks_(fallbacks),
      settings_(settings),
      limits_{.max_id_bytes = settings.photo.max_id_bytes,
              .max_edge = settings.imaging.max_output_edge,
              .original_with_metadata = settings.photo.original_with_metadata,
              .negotiate = settings.web.negotiate,
              .client_hints = settings.web.client_hints},
      process_(std::move(process)),
      metrics_(metrics),
      shared_lines_(shared_lines(settings.cdn)),
      preflight_lines_(preflight_lines(kAllow, settings.cdn)) {}

void Gateway::handle(const Request& request, http::Responder responder) {
  Exchange exchange(request, std::move(responder), request_ids_, metrics_);
  if (answer_system(request, exchange)) return;

  const auto parsed = dialects::parse(request, limits_);
  if (!parsed) {
    const auto& [dialect, error] = parsed.error();
    if (error.code != Errc::unknown_route) {
      exchange.route = route_of(dialect);
      exchange.route_lines = shared_lines_;
    }
    return refuse(exchange, dialect, error, request.header("accept"));
  }
  exchange.route = route_of(parsed->dialect);
  exchange.route_lines = shared_lines_;
  if (request.method == http::Method::options) {
    Lines lines = exchange.lines();
    lines.ready(preflight_lines_);
    return exchange.send({.status = 204, .lines = lines.view()});
  }
  if (!reads(request))
    return refuse(exchange, parsed->dialect, {Errc::method_not_allowed, {}, {}},
                  request.header("accept"), kAllow);
  if (!fallbacks_.known(request, *parsed))
    return refuse(exchange, parsed->dialect, {Errc::bad_request, "not a valid value: fallback", {}},
                  request.header("accept"));
  answer_photo(request, *parsed, std::move(exchange));
}

void Gateway::answer_photo(const Request& request, const Call& call, Exchange exchange) {
  const auto photo = call.photo.view();
  if (const auto outcome = service_.find(photo, call.ask))
    return answer(request, call, exchange, *outcome);
  auto kept = std::make_unique<Kept>(request, call);
  service_.get(loop_, std::string(photo), call.ask,
               [this, kept = std::move(kept),
                exchange = std::move(exchange)](const photo::Outcome& outcome) mutable {
                 answer(kept->request(), kept->call(), exchange, outcome);
               });
}

void Gateway::answer(const Request& request, const Call& call, Exchange& exchange,
                     const photo::Outcome& outcome) {
  if (outcome) return answer_found(request, call, exchange, *outcome);
  const photo::Failure& failure = outcome.error();
  auto wanted = fallbacks_.stand_in(request, call, failure.error.code);
  if (!wanted) return answer_failure(request, call, exchange, failure);
  if (const auto picture = fallbacks_.find(*wanted))
    return answer_stand_in(request, call, exchange, failure, picture);
  fallbacks_.make(std::move(*wanted),
                  [this, kept = std::make_unique<Kept>(request, call), failure,
                   exchange = std::move(exchange)](Result<cache::PicturePtr> picture) mutable {
                    if (picture) {
                      answer_stand_in(kept->request(), kept->call(), exchange, failure, *picture);
                    } else {
                      answer_failure(kept->request(), kept->call(), exchange, failure);
                    }
                  });
}

void Gateway::answer_failure(const Request& request, const Call& call, Exchange& exchange,
                             const photo::Failure& failure) {
  Lines lines = exchange.lines();
  write_caching(lines, failure, WallClock::now(), settings_, {});
  write_variance(lines, call);
  lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
  const bool negative = failure.error.code == Errc::no_photo;
  send_document(exchange, lines, dialects::status_of(failure.error.code),
                error_document(call.dialect, failure.error, request.header("accept")),
                negative ? telemetry::CacheOutcome::negative : telemetry::CacheOutcome::error);
}

void Gateway::answer_stand_in(const Request& request, const Call& call, Exchange& exchange,
                              const photo::Failure& failure, const cache::PicturePtr& picture) {
  Lines lines = exchange.lines();
  write_caching(lines, failure, WallClock::now(), settings_, {.fallback = true});
  write_variance(lines, call);
  lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
  constexpr std::int64_t kNoDate = -1;
  const bool same = http::not_modified(request, picture->etag, kNoDate);
  const std::shared_ptr<const void> keep = picture;
  exchange.send({.status = same ? 304 : 200,
                 .lines = lines.view(),
                 .head = picture->head,
                 .body = same ? std::string_view() : std::string_view(*picture->bytes),
                 .keep = &keep},
                telemetry::CacheOutcome::negative);
}

void Gateway::answer_found(const Request& request, const Call& call, Exchange& exchange,
                           const photo::Found& found) {
  Lines lines = exchange.lines();
  write_caching(lines, found, WallClock::now(), settings_, {.version = version_in(request, call)});
  write_variance(lines, call);
  if (!found.picture) {
    lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
    return send_document(exchange, lines, 200,
                         metadata_document(call, *found.meta, request.header("host"), request.path),
                         outcome_of(found));
  }
  const cache::Picture& picture = *found.picture;
  const bool same =
      http::not_modified(request, picture.etag, WallClock::to_time_t(found.meta->modified));
  const std::shared_ptr<const void> keep = found.picture;
  exchange.send({.status = same ? 304 : 200,
                 .lines = lines.view(),
                 .head = picture.head,
                 .body = same ? std::string_view() : std::string_view(*picture.bytes),
                 .keep = &keep},
                outcome_of(found));
}

// Health, readiness and metrics: for balancers and operators, in no dialect.
bool Gateway::answer_system(const Request& request, Exchange& exchange) {
  const bool metrics = request.path == "/metrics";
  const bool ready = request.path == "/readyz";
  if (!metrics && !ready && request.path != "/healthz") return false;
  exchange.route = metrics ? telemetry::Route::metrics : telemetry::Route::health;
  if (!reads(request)) {
    refuse(exchange, Dialect::web, {Errc::method_not_allowed, {}, {}}, request.header("accept"),
           kAllow);
  } else if (metrics) {
    process_.metrics(loop_, [exchange = std::move(exchange)](const std::string& text) mutable {
      send_text(exchange, 200, text);
    });
  } else {
    const bool good = !ready || process_.ready();
    send_text(exchange, good ? 200 : 503, good ? "ok\n" : "not ready\n");
  }
  return true;
}

}  // namespace likeness
