#include "proxy/soap.h"

#include <string>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/dialects/ews_soap.h"
#include "proxy/dialects/router.h"
#include "proxy/http/conditions.h"

namespace likeness {
namespace {

constexpr std::string_view kXml = "text/xml; charset=utf-8";

void send(Exchange& exchange, const dialects::SoapError& error) {
  http::Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store");
  send_document(exchange, lines, error.status, {dialects::soap_envelope(error), kXml},
                telemetry::CacheOutcome::error);
}

void send(Exchange& exchange, const photo::Found& found, std::string_view if_none_match) {
  const cache::Picture& picture = *found.picture;
  const bool same = !if_none_match.empty() && http::matches_any(if_none_match, picture.etag);
  http::Lines lines = exchange.lines();
  lines.line("Cache-Control: private")
      .line("ETag: ", picture.etag)
      .line("Expires: ", http::date(WallClock::to_time_t(found.meta->fresh_until)));
  const std::string_view bytes = same ? std::string_view() : std::string_view(*picture.bytes);
  send_document(exchange, lines, 200, {dialects::soap_photo(bytes, picture.content_type), kXml},
                telemetry::CacheOutcome::none);
}

}  // namespace

void answer_soap(const http::Request& request, Exchange exchange, const dialects::Limits& limits,
                 const LookUp& look_up) {
  auto call = dialects::parse_soap(request.body, limits);
  if (!call) return send(exchange, call.error());
  if (limits.fold_addresses) call->photo = dialects::with_folded_addresses(call->photo);
  look_up(request, *call,
          [exchange = std::move(exchange),
           if_none_match = std::string(request.header("if-none-match"))](
              const photo::Outcome& outcome) mutable {
            exchange.waits += outcome ? outcome->waits : outcome.error().waits;
            if (!outcome) return send(exchange, dialects::soap_error(outcome.error().error));
            send(exchange, *outcome, if_none_match);
          });
}

}  // namespace likeness
