#include "proxy/gateway.h"

#include <array>
#include <charconv>
#include <memory>
#include <random>
#include <utility>

#include "proxy/answer.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

using dialects::Call;
using dialects::Dialect;
using http::Lines;
using http::Request;
using http::Responder;

// What an answer depends on beside the outcome. A view: of the connection's buffer while handle()
// runs, of a Kept afterwards.
struct Gateway::Context {
  const Request& request;
  const Call* call = nullptr;  // Null: the URL was not understood.
  telemetry::Route route = telemetry::Route::other;
  std::string_view request_id;
  Clock::time_point started;
};

namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, OPTIONS";

// What of a request must outlive handle() when the answer takes longer: its own words, copied.
class Kept {
 public:
  Kept(const Request& request, const Call& call, std::string_view request_id)
      : call_(call), target_(request.target), request_id_(request_id) {
    for (std::size_t i = 0; i < kNames.size(); ++i) values_[i] = joined(request, kNames[i]);
    request_ = request;
    request_.target = target_;
    request_.path = std::string_view(target_).substr(0, request.path.size());
    request_.query = {};
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
  [[nodiscard]] std::string_view request_id() const { return request_id_; }

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
  std::string request_id_;
  std::array<std::string, kNames.size()> values_;
  std::array<http::Header, kNames.size()> headers_;
  Request request_;
};

// A client's request id is passed on if it is a plain token, so that it can be put into logs.
bool plain_token(std::string_view text) {
  constexpr std::size_t kMost = 128;
  if (text.empty() || text.size() > kMost) return false;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_' || c == '.';
    if (!plain) return false;
  }
  return true;
}

// Tells the request ids of different loops and processes apart.
std::string random_prefix() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  std::string prefix;
  for (int i = 0; i < 12; ++i) prefix += kDigits[random() % kDigits.size()];
  return prefix + '-';
}

telemetry::Route route_of(Dialect dialect) {
  switch (dialect) {
    case Dialect::web: return telemetry::Route::web;
    case Dialect::ucwa: return telemetry::Route::ucwa;
    case Dialect::outlook: return telemetry::Route::outlook;
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

bool reads(const Request& request) {
  return request.method == http::Method::get || request.method == http::Method::head;
}

}  // namespace

Gateway::Gateway(Loop& loop, photo::Service& service, const Settings& settings, ProcessView process,
                 telemetry::Metrics& metrics)
    : loop_(loop),
      service_(service),
      freshness_(settings.freshness),
      limits_{.max_id_bytes = settings.photo.max_id_bytes,
              .max_edge = settings.imaging.max_output_edge,
              .original_with_metadata = settings.photo.original_with_metadata},
      process_(std::move(process)),
      metrics_(metrics),
      request_prefix_(random_prefix()) {}

void Gateway::handle(const Request& request, Responder responder) {
  char id[32];
  std::string_view request_id = request.header("x-request-id");
  if (!plain_token(request_id)) {
    request_prefix_.copy(id, request_prefix_.size());
    const auto end =
        std::to_chars(id + request_prefix_.size(), id + sizeof id, ++last_request_).ptr;
    request_id = {id, static_cast<std::size_t>(end - id)};
  }
  Context context{request, nullptr, telemetry::Route::other, request_id, Clock::now()};
  if (answer_system(context, responder)) return;

  const auto parsed = dialects::parse(request, limits_);
  if (!parsed) {
    const auto& [dialect, error] = parsed.error();
    if (error.code != Errc::unknown_route) context.route = route_of(dialect);
    return refuse(context, responder, dialect, error);
  }
  context.route = route_of(parsed->dialect);
  context.call = &*parsed;
  if (request.method == http::Method::options) {
    Lines lines;
    lines.line("X-Request-Id: ", request_id).line(kAllow);
    return send(context, responder, {.status = 204, .lines = lines.view()},
                telemetry::CacheOutcome::none);
  }
  if (!reads(request))
    return refuse(context, responder, parsed->dialect, {Errc::method_not_allowed, {}, {}});

  const auto photo = parsed->photo.view();
  if (const auto outcome = service_.find(photo, parsed->ask))
    return answer(context, responder, *outcome);

  auto kept = std::make_unique<Kept>(request, *parsed, request_id);
  service_.get(loop_, std::string(photo), parsed->ask,
               [this, kept = std::move(kept), route = context.route, started = context.started,
                responder = std::move(responder)](photo::Outcome outcome) mutable {
                 const Context later{kept->request(), &kept->call(), route, kept->request_id(),
                                     started};
                 answer(later, responder, outcome);
               });
}

void Gateway::answer(const Context& context, Responder& responder, const photo::Outcome& outcome) {
  if (outcome) return answer_found(context, responder, *outcome);
  const photo::Failure& failure = outcome.error();
  Lines lines;
  lines.line("X-Request-Id: ", context.request_id);
  write_caching(lines, failure, WallClock::now());
  const auto document =
      error_document(context.call->dialect, failure.error, context.request.header("accept"));
  lines.line("Content-Type: ", document.type).line("X-Content-Type-Options: nosniff");
  const bool negative = failure.error.code == Errc::no_photo;
  send(context, responder,
       {.status = dialects::status_of(failure.error.code),
        .lines = lines.view(),
        .body = document.body},
       negative ? telemetry::CacheOutcome::negative : telemetry::CacheOutcome::error);
}

void Gateway::answer_found(const Context& context, Responder& responder,
                           const photo::Found& found) {
  Lines lines;
  lines.line("X-Request-Id: ", context.request_id);
  write_caching(lines, found, WallClock::now(), freshness_);
  if (!found.picture) {
    const auto document = metadata_document(*context.call, *found.meta,
                                            context.request.header("host"), context.request.path);
    lines.line("Content-Type: ", document.type).line("X-Content-Type-Options: nosniff");
    return send(context, responder, {.lines = lines.view(), .body = document.body},
                outcome_of(found));
  }
  const cache::Picture& picture = *found.picture;
  const bool same =
      http::not_modified(context.request, picture.etag, WallClock::to_time_t(found.meta->modified));
  const std::shared_ptr<const void> keep = found.picture;
  send(context, responder,
       {.status = same ? 304 : 200,
        .lines = lines.view(),
        .head = picture.head,
        .body = same ? std::string_view() : std::string_view(*picture.bytes),
        .keep = &keep},
       outcome_of(found));
}

void Gateway::refuse(const Context& context, Responder& responder, Dialect dialect,
                     const Error& error) {
  Lines lines;
  lines.line("X-Request-Id: ", context.request_id).line("Cache-Control: no-store");
  if (error.code == Errc::method_not_allowed) lines.line(kAllow);
  const auto document = error_document(dialect, error, context.request.header("accept"));
  lines.line("Content-Type: ", document.type).line("X-Content-Type-Options: nosniff");
  send(context, responder,
       {.status = dialects::status_of(error.code), .lines = lines.view(), .body = document.body},
       telemetry::CacheOutcome::none);
}

// Health, readiness and metrics: for balancers and operators, in no dialect.
bool Gateway::answer_system(const Context& context, Responder& responder) {
  const std::string_view path = context.request.path;
  const bool metrics = path == "/metrics";
  const bool ready = path == "/readyz";
  if (!metrics && !ready && path != "/healthz") return false;
  Context system = context;
  system.route = metrics ? telemetry::Route::metrics : telemetry::Route::health;
  if (!reads(context.request)) {
    refuse(system, responder, Dialect::web, {Errc::method_not_allowed, {}, {}});
  } else if (metrics) {
    auto kept = std::make_unique<Kept>(context.request, Call{}, context.request_id);
    process_.metrics(loop_, [this, kept = std::move(kept), started = context.started,
                             responder = std::move(responder)](const std::string& text) mutable {
      const Context later{kept->request(), nullptr, telemetry::Route::metrics, kept->request_id(),
                          started};
      send_text(later, responder, 200, text);
    });
  } else {
    const bool good = !ready || process_.ready();
    send_text(system, responder, good ? 200 : 503, good ? "ok\n" : "not ready\n");
  }
  return true;
}

void Gateway::send_text(const Context& context, Responder& responder, int status,
                        std::string_view text) {
  Lines lines;
  lines.line("X-Request-Id: ", context.request_id).line("Cache-Control: no-store");
  lines.line("Content-Type: ", telemetry::kPrometheusType);
  send(context, responder, {.status = status, .lines = lines.view(), .body = text},
       telemetry::CacheOutcome::none);
}

void Gateway::send(const Context& context, Responder& responder, const http::Reply& reply,
                   telemetry::CacheOutcome outcome) {
  const bool head = context.request.method == http::Method::head;
  responder.send(reply);
  metrics_.answered(context.route, reply.status, outcome, Clock::now() - context.started,
                    head ? 0 : reply.body.size());
}

}  // namespace likeness
