#include "proxy/gateway.h"

#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/batch.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/origin/source.h"
#include "proxy/soap.h"

namespace likeness {

using dialects::Call;
using dialects::Dialect;
using http::Lines;
using http::Request;

namespace {

constexpr std::string_view kAllow = "Allow: GET, HEAD, OPTIONS";
constexpr std::string_view kAllowWritable = "Allow: GET, HEAD, PUT, DELETE, OPTIONS";
constexpr std::string_view kUcwaAllow = "Allow: GET";

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

// Is it somebody else's photo for every caller?
bool names_caller(const Call& call) {
  const auto photo = call.photo.view();
  return photo == "me" || photo.starts_with("me/");
}

// UCWA has neither HEAD nor OPTIONS (docs/protocols.md, section 2), but browsers ask by the latter
// whether they may send a request at all.
bool is_ucwa_method(const Request& request) {
  return request.method == http::Method::get ||
         (request.method == http::Method::options &&
          !request.header("access-control-request-method").empty());
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
                 rest::StoreFace* store, forward::Forwarder* forwarder)
    : fallbacks_(fallbacks),
      guard_(guard),
      settings_(settings),
      limits_{.max_id_bytes = settings.photo.max_id_bytes,
              .max_edge = settings.imaging.max_output_edge,
              .original_with_metadata = settings.photo.original_with_metadata,
              .fold_addresses = origin::names_people(settings.origin.spec),
              .negotiate = settings.web.negotiate,
              .client_hints = settings.web.client_hints},
      audit_(audit),
      store_(store),
      forwarder_(forwarder),
      photos_(loop, service, fallbacks, guard, permissions, settings),
      probes_(loop, guard, service, settings, std::move(process.metrics), std::move(process.ready)),
      admin_(loop, guard, settings, std::move(process.purge)),
      page_(loop, guard, std::move(process.list_photos)),
      shared_lines_(shared_lines(settings.cdn)),
      ucwa_lines_(shared_lines_ + "X-MS-UcwaVersion: " + std::to_string(dialects::kUcwaVersion) +
                  "\r\n"),
      preflight_lines_(preflight_lines(kAllow, settings.cdn)),
      writable_preflight_lines_(preflight_lines(kAllowWritable, settings.cdn)) {}

void Gateway::handle(const Request& request, http::Responder responder) {
  Exchange exchange(request, std::move(responder), request_ids_, audit_);
  if (probes_.handle(request, exchange)) return;
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
  answer_call(request, *parsed, std::move(exchange));
}

void Gateway::answer_call(const Request& request, Call& call, Exchange exchange) {
  const auto no = [&](const Error& error, std::string_view more = {}) {
    refuse(exchange, call.dialect, error, request.header("accept"), more);
  };
  exchange.route = route_of(call.dialect);
  exchange.route_lines = lines_of(call.dialect);
  if (call.dialect == Dialect::ucwa && !is_ucwa_method(request))
    return no({Errc::method_not_allowed, {}, {}}, kUcwaAllow);
  exchange.confidential = names_caller(call) && guard_->has_tokens();
  if (const auto named = name_caller(request, call); !named)
    return no(named.error(), rest::challenge(named.error()));
  if (http::reads(request.method) && !fallbacks_.known(request, call))
    return no({Errc::bad_request, "not a valid value: fallback", {}});
  if (http::reads(request.method)) return photos_.answer(request, call, std::move(exchange));
  const bool writable = store_ != nullptr && rest::PhotoUploads::take(request, call);
  if (request.method == http::Method::options) {
    Lines lines = exchange.lines();
    lines.ready(writable ? writable_preflight_lines_ : preflight_lines_);
    return exchange.send({.status = 204, .lines = lines.view()});
  }
  if (writable) exchange.remember(request);
  if (writable && store_->uploads.handle(request, call, exchange)) return;
  no({Errc::method_not_allowed, {}, {}}, writable ? kAllowWritable : kAllow);
}

std::string_view Gateway::lines_of(Dialect dialect) const {
  return dialect == Dialect::ucwa ? ucwa_lines_ : shared_lines_;
}

Result<void> Gateway::name_caller(const Request& request, Call& call) const {
  return store_ != nullptr ? store_->uploads.name_caller(request, call) : Result<void>();
}

// Calls that come in a body.
bool Gateway::answer_posted(const Request& request, Exchange& exchange) {
  if (request.method != http::Method::post) return false;
  const Dialect dialect = dialects::posted_to(request.path);
  if (dialect == Dialect::web) return false;
  exchange.route = route_of(dialect);
  exchange.route_lines = lines_of(dialect);
  exchange.remember(request);
  const auto finder = [this](const Request& inner, const Call& asked, photo::Flights::Done done) {
    Call call = asked;
    if (const auto named = name_caller(inner, call); !named)
      return done(std::unexpected(photo::Failure{named.error(), {}, {}, {}, false}));
    photos_.find(inner, call, std::move(done));
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
  return !http::reads(request.method) && request.method != http::Method::options;
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

}  // namespace likeness
