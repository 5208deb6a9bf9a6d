#include "proxy/gateway.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "proxy/answer.h"
#include "proxy/batch.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/dialects/ucwa_documents.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/http/forwarded.h"
#include "proxy/http/trace.h"
#include "proxy/origin/source.h"
#include "proxy/photo/tags.h"
#include "proxy/soap.h"
#include "proxy/telemetry/prometheus.h"

namespace likeness {

using dialects::Call;
using dialects::Dialect;
using http::Lines;
using http::Request;

namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, OPTIONS";
constexpr std::string_view kAllowWritable = "Allow: GET, HEAD, PUT, DELETE, OPTIONS";
constexpr std::string_view kAllowReading = "Allow: GET, HEAD";
constexpr std::string_view kUcwaAllow = "Allow: GET";

// What of a request must outlive handle() when the answer takes longer: its own words, copied.
class Kept {
 public:
  Kept(const Request& request, const Call& call)
      : call_(call), target_(request.target), forwarded_host_(request.forwarded_host) {
    for (std::size_t i = 0; i < kNames.size(); ++i) values_[i] = http::joined(request, kNames[i]);
    request_ = request;
    request_.target = target_;
    request_.path = std::string_view(target_).substr(0, request.path.size());
    const auto query = std::string_view(target_).substr(request.path.size());
    request_.query = query.substr(std::min<std::size_t>(1, query.size()));
    request_.method_name = {};
    request_.client = {};
    request_.forwarded_host = forwarded_host_;
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

  Call call_;
  std::string target_;
  std::string forwarded_host_;
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

Audience audience_of(const Exchange& exchange) {
  return exchange.confidential ? Audience::caller : Audience::anyone;
}

// Is it somebody else's photo for every caller?
bool names_caller(const Call& call) {
  const auto photo = call.photo.view();
  return photo == "me" || photo.starts_with("me/");
}

bool reads(const Request& request) {
  return request.method == http::Method::get || request.method == http::Method::head;
}

// UCWA has neither HEAD nor OPTIONS (protocols.md section 2), but browsers ask by the latter
// whether they may send a request at all.
bool is_ucwa_method(const Request& request) {
  return request.method == http::Method::get ||
         (request.method == http::Method::options &&
          !request.header("access-control-request-method").empty());
}

void send_text(Exchange& exchange, int status, std::string_view text) {
  Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store").line("Content-Type: ", telemetry::kPrometheusType);
  exchange.send({.status = status, .lines = lines.view(), .body = text});
}

}  // namespace

std::size_t call_body_limit(const PhotoSettings& settings, http::Method method,
                            std::string_view path) {
  const bool call = method == http::Method::post && dialects::posted_to(path) != Dialect::web;
  return call ? settings.max_call_bytes : 0;
}

Gateway::Gateway(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
                 const access::CurrentGuard& guard, access::Permissions& permissions,
                 const Settings& settings, ProcessView process, const Audit& audit,
                 StoreFace* store, forward::Forwarder* forwarder)
    : loop_(loop),
      service_(service),
      fallbacks_(fallbacks),
      guard_(guard),
      permissions_(permissions),
      settings_(settings),
      limits_{.max_id_bytes = settings.photo.max_id_bytes,
              .max_edge = settings.imaging.max_output_edge,
              .original_with_metadata = settings.photo.original_with_metadata,
              .fold_addresses = origin::names_people(settings.origin.spec),
              .negotiate = settings.web.negotiate,
              .client_hints = settings.web.client_hints},
      process_(std::move(process)),
      audit_(audit),
      store_(store),
      forwarder_(forwarder),
      admin_(loop, guard, settings, process_.purge),
      debug_(loop, service, settings),
      page_(loop, guard, process_.list_photos),
      shared_lines_(shared_lines(settings.cdn)),
      ucwa_lines_(shared_lines_ + "X-MS-UcwaVersion: " + std::to_string(dialects::kUcwaVersion) +
                  "\r\n"),
      preflight_lines_(preflight_lines(kAllow, settings.cdn)),
      writable_preflight_lines_(preflight_lines(kAllowWritable, settings.cdn)) {}

void Gateway::handle(const Request& request, http::Responder responder) {
  Exchange exchange(request, std::move(responder), request_ids_, audit_);
  if (answer_system(request, exchange)) return;
  if (const auto error = guard_->admit(request, exchange.started()))
    return refuse(exchange, dialects::family_of(request.path), *error, request.header("accept"));
  if (answer_operators(request, exchange)) return;
  if (answer_posted(request, exchange)) return;

  if (store_ != nullptr && store_->api.handle(request, exchange)) return;

  auto parsed = dialects::parse(request, limits_);
  if (is_forwarded(request, parsed)) {
    exchange.remember(request);
    return forwarder_->handle(request, std::move(exchange));
  }
  if (!parsed) {
    const auto& [dialect, error] = parsed.error();
    if (error.code != Errc::unknown_route) exchange.route = route_of(dialect);
    exchange.route_lines = lines_of(dialect);
    return refuse(exchange, dialect, error, request.header("accept"));
  }
  exchange.route = route_of(parsed->dialect);
  exchange.route_lines = lines_of(parsed->dialect);
  if (parsed->dialect == Dialect::ucwa && !is_ucwa_method(request))
    return refuse(exchange, parsed->dialect, {Errc::method_not_allowed, {}, {}},
                  request.header("accept"), kUcwaAllow);
  exchange.confidential = names_caller(*parsed) && guard_->has_tokens();
  if (const auto named = name_caller(request, *parsed); !named)
    return refuse(exchange, parsed->dialect, named.error(), request.header("accept"),
                  rest::challenge(named.error()));
  if (reads(request) && !fallbacks_.known(request, *parsed))
    return refuse(exchange, parsed->dialect, {Errc::bad_request, "not a valid value: fallback", {}},
                  request.header("accept"));
  if (reads(request)) return answer_photo(request, *parsed, std::move(exchange));
  const bool writable = store_ != nullptr && rest::PhotoUploads::take(request, *parsed);
  if (request.method == http::Method::options) {
    Lines lines = exchange.lines();
    lines.ready(writable ? writable_preflight_lines_ : preflight_lines_);
    return exchange.send({.status = 204, .lines = lines.view()});
  }
  if (writable) exchange.remember(request);
  if (writable && store_->uploads.handle(request, *parsed, exchange)) return;
  refuse(exchange, parsed->dialect, {Errc::method_not_allowed, {}, {}}, request.header("accept"),
         writable ? kAllowWritable : kAllow);
}

std::string_view Gateway::lines_of(Dialect dialect) const {
  return dialect == Dialect::ucwa ? ucwa_lines_ : shared_lines_;
}

Result<void> Gateway::name_caller(const Request& request, Call& call) const {
  return store_ != nullptr ? store_->uploads.name_caller(request, call) : Result<void>();
}

void Gateway::look_up(const Request& request, Call call, photo::Flights::Done done) {
  using Next = access::Decision::Next;
  const auto fail_with = [](photo::Flights::Done& tell, const Error& error) {
    tell(std::unexpected(photo::Failure{error, {}, {}, {}, false}));
  };
  if (const auto named = name_caller(request, call); !named) return fail_with(done, named.error());
  const auto decision = guard_->decide(request, call, WallClock::now());
  if (decision.next == Next::refuse) return fail_with(done, {decision.why, {}, {}});
  const auto proof =
      decision.next == Next::allow ? access::Proof() : access::proof_of(request, call.dialect);
  if (decision.next == Next::ask_origin && !name_own(proof, call))
    return fail_with(done, {Errc::no_photo, {}, {}});
  const auto photo = call.photo.view();
  auto find = [this, call, caller = proof.copy(), address = request.address, fail_with,
               done = std::move(done)](const Result<void>& answer) mutable {
    if (!answer) return fail_with(done, answer.error());
    const auto name = call.photo.view();
    if (const auto outcome = service_.find(name, call.ask)) return done(*outcome);
    if (const auto error = guard_->miss(address, name, Clock::now()))
      return fail_with(done, *error);
    service_.get(loop_, std::string(name), call.ask, std::move(done), std::move(caller));
  };
  if (decision.next == Next::allow) return find({});
  if (const auto known = permissions_.find(proof, photo, Clock::now())) return find(*known);
  permissions_.ask(loop_, proof.copy(), std::string(photo), std::move(find));
}

// "me" is somebody else for each caller of an origin that knows callers. False if the id is one
// that only this process may give.
bool Gateway::name_own(const access::Proof& proof, Call& call) const {
  if (call.photo.view().starts_with(photo::kOwnPrefix)) return false;
  if (!dialects::is(call.photo.view(), "me")) return true;
  call.photo = {};
  return call.photo.append(permissions_.own_photo(proof));
}

// Calls that come in a body.
bool Gateway::answer_posted(const Request& request, Exchange& exchange) {
  if (request.method != http::Method::post) return false;
  const Dialect dialect = dialects::posted_to(request.path);
  if (dialect == Dialect::web) return false;
  exchange.route = route_of(dialect);
  exchange.route_lines = lines_of(dialect);
  exchange.remember(request);
  const auto finder = [this](const Request& inner, const Call& call, photo::Flights::Done done) {
    look_up(inner, call, std::move(done));
  };
  if (request.body_too_large) {
    refuse(exchange, dialect, {Errc::too_large, {}, {}}, request.header("accept"));
    return true;
  }
  if (dialect == Dialect::graph) {
    answer_batch(request, std::move(exchange), limits_, settings_.photo.max_batch_bytes, finder);
  } else {
    answer_soap(request, std::move(exchange), limits_, finder);
  }
  return true;
}

bool Gateway::is_forwarded(const Request& request, const dialects::Parsed& parsed) const {
  if (forwarder_ == nullptr || !forwarder_->takes(request.path)) return false;
  if (!parsed) return parsed.error().error.code == Errc::unknown_route;
  return !reads(request) && request.method != http::Method::options;
}

void Gateway::answer_photo(const Request& request, const Call& call, Exchange exchange) {
  using Next = access::Decision::Next;
  if (guard_->is_open(call.dialect)) return serve(request, call, std::move(exchange), {});
  const auto decision = guard_->decide(request, call, WallClock::now());
  exchange.confidential = exchange.confidential || decision.confidential;
  exchange.left = decision.left;
  switch (decision.next) {
    case Next::allow: return serve(request, call, std::move(exchange), {});
    case Next::ask_origin: return ask_permission(request, call, std::move(exchange));
    case Next::refuse: return deny(request, call, exchange, {decision.why, {}, {}});
  }
}

// A photo that is cached is at hand for all callers; the right to see it is each caller's own.
void Gateway::ask_permission(const Request& request, const Call& asked, Exchange exchange) {
  const access::Proof proof = access::proof_of(request, asked.dialect);
  Call call = asked;
  if (!name_own(proof, call)) return deny(request, call, exchange, {Errc::no_photo, {}, {}});
  const auto photo = call.photo.view();
  const auto known = permissions_.find(proof, photo, exchange.started());
  if (known && !*known) return deny(request, call, exchange, known->error());
  if (known) return serve(request, call, std::move(exchange), proof);
  origin::Credentials caller = proof.copy();
  caller.traceparent = http::traceparent(request);
  exchange.remember(request);
  permissions_.ask(loop_, caller, std::string(photo),
                   [this, kept = std::make_unique<Kept>(request, call), caller,
                    exchange = std::move(exchange)](const Result<void>& answer) mutable {
                     if (!answer)
                       return deny(kept->request(), kept->call(), exchange, answer.error());
                     serve(kept->request(), kept->call(), std::move(exchange),
                           {caller.authorization, caller.cookie});
                   });
}

// Whoever may see that there is no photo is shown what stands in for it.
void Gateway::deny(const Request& request, const Call& call, Exchange& exchange,
                   const Error& error) {
  if (error.code == Errc::no_photo)
    return answer(request, call, exchange, std::unexpected(photo::Failure{error, {}, {}, {}}));
  const bool proof_wanted = error.code == Errc::unauthorized;
  refuse(exchange, call.dialect, error, request.header("accept"),
         proof_wanted ? "WWW-Authenticate: Bearer" : "");
}

void Gateway::serve(const Request& request, const Call& call, Exchange exchange,
                    const access::Proof& caller) {
  if (call.form == dialects::Form::resource) {
    auto [body, type] = dialects::ucwa_resource(request, call);
    Lines lines = exchange.lines();
    lines.line("Cache-Control: no-cache").line("Vary: Accept");
    return send_document(exchange, lines, 200, {std::move(body), type},
                         telemetry::CacheOutcome::none);
  }
  const auto photo = call.photo.view();
  if (const auto outcome = service_.find(photo, call.ask))
    return answer(request, call, exchange, *outcome);
  if (const auto error = guard_->miss(request.address, photo, exchange.started()))
    return deny(request, call, exchange, *error);
  auto kept = std::make_unique<Kept>(request, call);
  exchange.remember(request);
  origin::Credentials asker = caller.copy();
  asker.traceparent = http::traceparent(request);
  service_.get(
      loop_, std::string(photo), call.ask,
      [this, kept = std::move(kept),
       exchange = std::move(exchange)](const photo::Outcome& outcome) mutable {
        answer(kept->request(), kept->call(), exchange, outcome);
      },
      std::move(asker));
}

void Gateway::answer(const Request& request, const Call& call, Exchange& exchange,
                     const photo::Outcome& outcome) {
  if (outcome) return answer_found(request, call, exchange, *outcome);
  const photo::Failure& failure = outcome.error();
  auto wanted = fallbacks_.stand_in(request, call, failure.error.code, loop_.now());
  if (!wanted) return answer_failure(request, call, exchange, failure);
  if (const auto picture = fallbacks_.find(*wanted))
    return answer_stand_in(request, call, exchange, failure, picture);
  fallbacks_.make(std::move(*wanted), loop_.now(),
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
  exchange.waits = failure.waits;
  if (exchange.timing_wanted())
    write_timing(lines, exchange.waits, Clock::now() - exchange.started());
  write_caching(lines, failure, WallClock::now(), settings_,
                {.audience = audience_of(exchange), .left = exchange.left});
  write_variance(lines, call);
  lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
  const bool negative = failure.error.code == Errc::no_photo;
  send_document(
      exchange, lines, dialects::status_of(call.dialect, failure.error.code),
      error_document(call.dialect, failure.error, request.header("accept"), exchange.request_id()),
      negative ? telemetry::CacheOutcome::negative : telemetry::CacheOutcome::error);
}

void Gateway::answer_stand_in(const Request& request, const Call& call, Exchange& exchange,
                              const photo::Failure& failure, const cache::PicturePtr& picture) {
  Lines lines = exchange.lines();
  write_caching(lines, failure, WallClock::now(), settings_,
                {.audience = audience_of(exchange), .fallback = true, .left = exchange.left});
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
  exchange.waits = found.waits;
  if (exchange.timing_wanted())
    write_timing(lines, exchange.waits, Clock::now() - exchange.started());
  write_caching(lines, found, WallClock::now(), settings_,
                {.audience = audience_of(exchange),
                 .version = version_in(request, call),
                 .left = exchange.left});
  write_variance(lines, call);
  if (call.form != dialects::Form::value) {
    lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
    return send_document(exchange, lines, 200,
                         photo_document(call, found, http::base_url(request), request.path),
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

// Orders, and the page that shows what goes on.
bool Gateway::answer_operators(const Request& request, Exchange& exchange) {
  if (!guard_->is_operators_door(request)) return false;
  if (Admin::owns(request.path)) {
    admin_.handle(request, std::move(exchange));
    return true;
  }
  if (!settings_.page.enabled || !Page::owns(request.path)) return false;
  page_.handle(request, std::move(exchange));
  return true;
}

// Health and readiness, metrics and what is known of a photo: for balancers and operators, in no
// dialect.
bool Gateway::answer_system(const Request& request, Exchange& exchange) {
  const bool metrics = request.path == "/metrics";
  const bool debug = Debug::owns(request.path);
  const bool ready = request.path == "/readyz";
  const bool watched = metrics || debug;
  if (!watched && !ready && request.path != "/healthz") return false;
  if (watched && !guard_->is_operators_door(request)) return false;
  exchange.route = metrics ? telemetry::Route::metrics
                   : debug ? telemetry::Route::admin
                           : telemetry::Route::health;
  if (!reads(request)) {
    refuse(exchange, Dialect::web, {Errc::method_not_allowed, {}, {}}, request.header("accept"),
           kAllowReading);
  } else if (watched && !guard_->may_watch(request)) {
    refuse(exchange, Dialect::web, {Errc::forbidden, {}, {}}, request.header("accept"));
  } else if (debug) {
    debug_.handle(request, std::move(exchange));
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
