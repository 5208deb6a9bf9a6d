#include "proxy/rest/contacts_api.h"

#include <memory>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/contacts/text.h"
#include "proxy/http/conditions.h"
#include "proxy/http/forwarded.h"
#include "proxy/rest/operation.h"
#include "proxy/telemetry/log.h"

namespace likeness::rest {
namespace {

using http::Method;

constexpr std::string_view kJson = "application/json; odata.metadata=minimal; charset=utf-8";

// What of a request its answer needs, when the request itself is gone.
struct Waiting {
  Exchange exchange;
  std::string if_none_match;  // Of a GET alone.
};

void say_no(Exchange& exchange, const Error& error, std::string_view more = {}) {
  if (error.code == Errc::internal) log::error("contacts: {}", error.detail);
  if (more.empty() && error.code == Errc::overloaded) more = "Retry-After: 1";
  refuse(exchange, dialects::Dialect::outlook, error, {}, more);
}

bool is_json(const http::Request& request) {
  const auto coding = request.header("content-encoding");
  if (!coding.empty() && !http::same_name(coding, "identity")) return false;
  std::string_view type = request.header("content-type");
  type = contacts::trimmed(type.substr(0, type.find(';')));
  // Some clients leave it out; the body is judged in any case.
  return type.empty() || http::same_name(type, "application/json") ||
         (type.size() > 5 && http::same_name(type.substr(type.size() - 5), "+json"));
}

bool applies(Method method, Resource::Kind kind) {
  const bool collection = kind == Resource::Kind::contacts || kind == Resource::Kind::folders;
  switch (method) {
    case Method::get:
    case Method::head: return true;
    case Method::post: return collection;
    case Method::patch:
    case Method::del: return !collection;
    default: return false;
  }
}

void send(Waiting& waiting, const Answer& answer) {
  http::Lines lines = waiting.exchange.lines();
  lines.line("Cache-Control: private, no-cache").line("OData-Version: 4.0");
  if (!answer.etag.empty()) lines.line("ETag: ", answer.etag);
  if (!answer.location.empty()) lines.line("Location: ", answer.location);
  if (!answer.preference_applied.empty())
    lines.line("Preference-Applied: ", answer.preference_applied).line("Vary: Prefer");
  const bool same = !answer.etag.empty() && !waiting.if_none_match.empty() &&
                    http::matches_any(waiting.if_none_match, answer.etag);
  if (same || answer.body.empty())
    return waiting.exchange.send({.status = same ? 304 : answer.status, .lines = lines.view()});
  send_document(waiting.exchange, lines, answer.status, {answer.body, kJson},
                telemetry::CacheOutcome::none);
}

}  // namespace

bool ContactsApi::handle(const http::Request& request, Exchange& exchange) {
  auto resource = parse_resource(request.path, max_id_bytes_);
  if (!resource) return false;
  exchange.route = telemetry::Route::outlook;
  if (!*resource) {
    say_no(exchange, resource->error());
    return true;
  }
  const auto methods = allowed_methods((*resource)->kind);
  const std::string allow = "Allow: " + std::string(methods);
  if (request.method == Method::options) {
    http::Lines lines = exchange.lines();
    lines.line(allow);
    exchange.send({.status = 204, .lines = lines.view()});
  } else if (!applies(request.method, (*resource)->kind)) {
    say_no(exchange, {Errc::method_not_allowed, {}, {}}, allow);
  } else {
    exchange.remember(request);
    perform(request, std::move(**resource), std::move(exchange));
  }
  return true;
}

void ContactsApi::perform(const http::Request& request, Resource resource, Exchange exchange) {
  const bool reads = http::reads(request.method);
  const bool has_body = request.method == Method::post || request.method == Method::patch;
  auto caller = callers_.caller_of(request, !reads);
  if (!caller) return say_no(exchange, caller.error(), challenge(caller.error()));
  if (request.body_too_large) return say_no(exchange, {Errc::too_large, {}, {}});
  if (has_body && !is_json(request))
    return say_no(exchange, {Errc::unsupported_media, "The body must be JSON.", {}});
  auto operation = std::make_shared<Operation>(
      Operation{.method = request.method,
                .resource = std::move(resource),
                .query = std::string(request.query),
                .body = has_body ? std::string(request.body) : std::string(),
                .if_match = http::joined(request, "if-match"),
                .prefer = parse_preferences(http::joined(request, "prefer")),
                .site = http::base_url(request),
                .caller = std::move(*caller)});
  auto waiting = std::make_unique<Waiting>(
      Waiting{std::move(exchange), reads ? http::joined(request, "if-none-match") : std::string()});
  ports_.store.ask<Answer>(
      ports_.loop,
      [operation](contacts::ContactStore& store) { return rest::perform(store, *operation); },
      [this, waiting = std::move(waiting), began = Clock::now()](Result<Answer> answer) mutable {
        waiting->exchange.waited(&photo::Waits::contacts, began);
        if (!answer) return say_no(waiting->exchange, answer.error());
        if (answer->stale_photos.empty()) return send(*waiting, *answer);
        auto names = std::move(answer->stale_photos);
        ports_.forget(std::move(names), [waiting = std::move(waiting), answer = std::move(*answer),
                                         began = Clock::now()] {
          waiting->exchange.waited(&photo::Waits::store, began);
          send(*waiting, answer);
        });
      });
}

}  // namespace likeness::rest
