#include "proxy/answer.h"

#include <algorithm>

#include "proxy/dialects/outlook.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/dialects/web.h"

namespace likeness {
namespace {

using photo::Via;

constexpr std::string_view kJson = "application/json; charset=utf-8";

std::int64_t whole(WallClock::duration time) {
  return std::chrono::duration_cast<seconds>(time).count();
}

// How this cache came to its answer. Nothing was forwarded for what was in memory, in Redis, or
// made here from a picture at hand.
void write_status(http::Lines& lines, Via via, std::int64_t ttl, bool shared,
                  std::string_view outcome) {
  const std::string_view collapsed = shared ? "; collapsed" : "";
  switch (via) {
    case Via::memory:
      lines.line("Cache-Status: Likeness; hit; ttl=", ttl, "; detail=memory", outcome);
      return;
    case Via::store:
      lines.line("Cache-Status: Likeness; hit; ttl=", ttl, "; detail=redis", outcome);
      return;
    case Via::rendered:
      lines.line("Cache-Status: Likeness; hit; ttl=", ttl, "; detail=resized", outcome);
      return;
    case Via::fetched:
      lines.line("Cache-Status: Likeness; fwd=miss; stored", collapsed, "; ttl=", ttl,
                 "; detail=fetched", outcome);
      return;
    case Via::revalidated:
      lines.line("Cache-Status: Likeness; fwd=stale; fwd-status=304; stored", collapsed,
                 "; ttl=", ttl, "; detail=revalidated", outcome);
      return;
  }
}

}  // namespace

void write_caching(http::Lines& lines, const photo::Found& found, WallClock::time_point now,
                   const FreshnessSettings& settings) {
  const std::int64_t age = std::max<std::int64_t>(0, whole(now - found.meta->fetched));
  const std::int64_t left = whole(found.meta->fresh_until - now);
  const std::int64_t usable = std::clamp<std::int64_t>(left, 0, settings.client_max_age.count());
  lines.line("Cache-Control: public, max-age=", age + usable,
             ", stale-while-revalidate=", settings.stale_while_revalidate.count(),
             ", stale-if-error=", settings.stale_if_error.count());
  lines.line("Age: ", age);
  write_status(lines, found.via, left, found.shared, found.stale ? "-stale" : "");
}

void write_caching(http::Lines& lines, const photo::Failure& failure, WallClock::time_point now) {
  const std::int64_t left = whole(failure.fresh_until - now);
  const bool remembered = left > 0;
  if (remembered) {
    const std::int64_t age = std::max<std::int64_t>(0, whole(now - failure.fetched));
    lines.line("Cache-Control: public, max-age=", age + left).line("Age: ", age);
  } else {
    lines.line("Cache-Control: no-store");
  }
  const int status = dialects::status_of(failure.error.code);
  if (status == 503 || status == 502 || status == 504) {
    const auto asked = std::chrono::ceil<seconds>(failure.error.retry_after).count();
    lines.line("Retry-After: ", std::max<std::int64_t>({1, left, asked}));
  }
  const std::string detail = '-' + std::string(name(failure.error.code));
  write_status(lines, failure.via, std::max<std::int64_t>(0, left), false, detail);
}

Document error_document(dialects::Dialect dialect, const Error& error, std::string_view accept) {
  switch (dialect) {
    case dialects::Dialect::web: return {dialects::web_error(error), kJson};
    case dialects::Dialect::outlook:
    case dialects::Dialect::graph:
    case dialects::Dialect::ews: return {dialects::outlook_error(error), kJson};
    case dialects::Dialect::ucwa: break;
  }
  auto answer = dialects::ucwa_error(error, accept);
  return {std::move(answer.body), answer.type};
}

Document metadata_document(const dialects::Call& call, const cache::Meta& meta,
                           std::string_view host, std::string_view path) {
  if (call.dialect == dialects::Dialect::outlook)
    return {dialects::outlook_metadata(meta, call, "http://" + std::string(host), path), kJson};
  return {dialects::web_metadata(meta), kJson};
}

void send_document(Exchange& exchange, http::Lines& lines, int status, const Document& document,
                   telemetry::CacheOutcome outcome) {
  lines.line("Content-Type: ", document.type).line("X-Content-Type-Options: nosniff");
  exchange.send({.status = status, .lines = lines.view(), .body = document.body}, outcome);
}

void refuse(Exchange& exchange, dialects::Dialect dialect, const Error& error,
            std::string_view accept, std::string_view more) {
  http::Lines lines = exchange.lines();
  lines.line("Cache-Control: no-store");
  if (!more.empty()) lines.line(more);
  send_document(exchange, lines, dialects::status_of(error.code),
                error_document(dialect, error, accept), telemetry::CacheOutcome::none);
}

}  // namespace likeness
