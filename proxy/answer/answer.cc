#include "proxy/answer/answer.h"

#include <algorithm>

#include "proxy/dialects/ews.h"
#include "proxy/dialects/graph.h"
#include "proxy/dialects/outlook.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/ucwa_documents.h"
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

std::string_view scope(Audience audience) {
  return audience == Audience::caller ? "private" : "public";
}

// Will the URL show this very photo for ever? A stale one may be on its way out already.
bool is_immutable(const photo::Found& found, const CdnSettings& settings, const Caching& caching) {
  if (caching.version.empty() || !found.picture || found.stale || caching.left) return false;
  return settings.immutable == "any" ||
         (settings.immutable == "exact" && caching.version == found.meta->version);
}

seconds within(const Caching& caching, seconds bound) {
  return std::min(bound, caching.left.value_or(bound));
}

// nginx does not subtract Age from max-age, and would keep what is old already too long. This line
// of its own, which it does not pass on, goes before Cache-Control and counts from now.
void write_for_nginx(http::Lines& lines, std::int64_t left) {
  lines.line("X-Accel-Expires: ", left);
}

seconds most_kept(const photo::Failure& failure, const CdnSettings& settings,
                  const Caching& caching) {
  if (caching.fallback) return settings.fallback_max_age;
  return failure.error.code == Errc::no_photo ? settings.no_photo_max_age : settings.error_max_age;
}

}  // namespace

void write_caching(http::Lines& lines, const photo::Found& found, WallClock::time_point now,
                   const Settings& settings, const Caching& caching) {
  const FreshnessSettings& freshness = settings.freshness;
  const std::int64_t age = std::max<std::int64_t>(0, whole(now - found.meta->fetched));
  const std::int64_t left = whole(found.meta->fresh_until - now);
  const auto at_most = [&](seconds bound) {
    return age + std::clamp<std::int64_t>(left, 0, within(caching, bound).count());
  };
  // Both count from the end of freshness: some of them may be used up.
  const auto after = [&](seconds stale) {
    if (caching.left) stale = seconds(0);
    return std::max<std::int64_t>(0, stale.count() + std::min<std::int64_t>(left, 0));
  };
  if (is_immutable(found, settings.cdn, caching)) {
    constexpr std::string_view kForYear = ", max-age=31536000, immutable";
    lines.line("Cache-Control: ", scope(caching.audience), kForYear);
  } else if (caching.audience == Audience::caller) {
    lines.line("Cache-Control: private, max-age=", at_most(freshness.client_max_age),
               ", stale-while-revalidate=", after(freshness.stale_while_revalidate),
               ", stale-if-error=", after(freshness.stale_if_error));
  } else {
    lines.line("Cache-Control: public, max-age=", at_most(freshness.client_max_age),
               ", s-maxage=", at_most(settings.cdn.max_age),
               ", stale-while-revalidate=", after(freshness.stale_while_revalidate),
               ", stale-if-error=", after(freshness.stale_if_error));
    write_for_nginx(lines, at_most(settings.cdn.max_age) - age);
  }
  lines.line("Age: ", age);
  write_status(lines, found.via, left, found.shared, found.stale ? "-stale" : "");
}

void write_caching(http::Lines& lines, const photo::Failure& failure, WallClock::time_point now,
                   const Settings& settings, const Caching& caching) {
  const std::int64_t left = whole(failure.fresh_until - now);
  const bool remembered = left > 0;
  if (remembered) {
    const std::int64_t age = std::max<std::int64_t>(0, whole(now - failure.fetched));
    const auto bound = within(caching, most_kept(failure, settings.cdn, caching));
    const std::int64_t kept = std::min(left, bound.count());
    lines.line("Cache-Control: ", scope(caching.audience), ", max-age=", age + kept)
        .line("Age: ", age);
    if (caching.audience == Audience::anyone) write_for_nginx(lines, kept);
  } else {
    lines.line("Cache-Control: no-store");
  }
  const int status = dialects::status_of(failure.error.code);
  if (caching.fallback) {
    // An answer of its own, which nobody need ask for again before its time.
  } else if (status == 503 || status == 502 || status == 504) {
    const auto asked = std::chrono::ceil<seconds>(failure.error.retry_after).count();
    lines.line("Retry-After: ", std::max<std::int64_t>({1, left, asked}));
  }
  const std::string detail =
      (failure.stale ? "-stale-" : "-") + std::string(name(failure.error.code));
  write_status(lines, failure.via, std::max<std::int64_t>(0, left), false, detail);
}

void write_variance(http::Lines& lines, const dialects::Call& call) {
  constexpr std::string_view kHints = "Sec-CH-DPR, Sec-CH-Width";
  if (call.by_accept)
    lines.line("Vary: Accept", call.by_hints ? ", " : "", call.by_hints ? kHints : "");
  else if (call.by_hints)
    lines.line("Vary: ", kHints);
  if (call.by_hints) lines.line("Accept-CH: ", kHints);
}

std::string shared_lines(const CdnSettings& settings) {
  std::string lines =
      "Cross-Origin-Resource-Policy: cross-origin\r\n"
      "Timing-Allow-Origin: *\r\n";
  if (settings.allow_origin != "none")
    lines += "Access-Control-Allow-Origin: " + settings.allow_origin +
             "\r\nAccess-Control-Expose-Headers: *\r\n";
  return lines;
}

std::string preflight_lines(std::string_view allow, const CdnSettings& settings) {
  std::string lines(allow);
  lines += "\r\n";
  if (settings.allow_origin == "none") return lines;
  // "*" stands for all headers but Authorization.
  return lines + "Access-Control-Allow-Methods: " + std::string(allow.substr(allow.find(' ') + 1)) +
         "\r\nAccess-Control-Allow-Headers: *, Authorization\r\n"
         "Access-Control-Max-Age: 86400\r\n";
}

Document error_document(dialects::Dialect dialect, const Error& error, std::string_view accept,
                        std::string_view request_id) {
  switch (dialect) {
    case dialects::Dialect::web: return {dialects::web_error(error), kJson};
    case dialects::Dialect::outlook: return {dialects::outlook_error(error), kJson};
    case dialects::Dialect::graph:
      return {dialects::graph_error(error, request_id, WallClock::now()), kJson};
    case dialects::Dialect::ews: return {dialects::ews_error(error), "text/plain; charset=utf-8"};
    case dialects::Dialect::ucwa: break;
  }
  auto answer = dialects::ucwa_error(error, accept);
  return {std::move(answer.body), answer.type};
}

Document photo_document(const dialects::Call& call, const photo::Found& found,
                        const std::string& base, std::string_view path) {
  const bool list = call.form == dialects::Form::list;
  if (call.dialect == dialects::Dialect::outlook)
    return {list ? dialects::outlook_list(*found.meta, base, path)
                 : dialects::outlook_metadata(found, base, path),
            kJson};
  if (call.dialect == dialects::Dialect::graph)
    return {list ? dialects::graph_list(*found.meta, base, path)
                 : dialects::graph_metadata(found, base, path),
            kJson};
  return {dialects::web_metadata(*found.meta), kJson};
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
  if (error.retry_after.count() > 0)
    lines.line("Retry-After: ", std::chrono::ceil<seconds>(error.retry_after).count());
  if (!more.empty()) lines.line(more);
  send_document(exchange, lines, dialects::status_of(dialect, error.code),
                error_document(dialect, error, accept, exchange.request_id()),
                telemetry::CacheOutcome::none);
}

}  // namespace likeness
