#ifndef LIKENESS_PROXY_DIALECTS_WEB_H_
#define LIKENESS_PROXY_DIALECTS_WEB_H_

#include <optional>
#include <string>

#include "cache/record.h"
#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Our own URLs, for web pages:
//   /photos/{id}/HR<w>x<h>[.jpg|.jpeg|.webp|.avif|.png]
//   /photos/{id}[?size=HR<w>x<h>]
//   /photos/{id}/original
//   /photos/{id}/meta
// Query of the first two: fit=crop|contain, gravity=centre|attention, dpr=1..3, q=1..100,
// enlarge=0|1, and without an extension format=auto|jpg|webp|avif|png. Other parameters are ignored
// here, so that "?v=…" can version a URL.
//
// format=auto takes the format from Accept (proxy/http/accept.h). Client hints count where the
// limits say so and the URL leaves them room: Sec-CH-DPR, rounded up to 1, 2 or 3, without a dpr=;
// Sec-CH-Width, rounded up to a multiple of 16, without a size, for a square.
[[nodiscard]] std::optional<Parsed> parse_web(const http::Request& request, const Limits& limits);

// "2026-11-23T08:49:37Z".
[[nodiscard]] std::string iso_date(WallClock::time_point time);

// The metadata document: JSON.
[[nodiscard]] std::string web_metadata(const cache::Meta& meta);

// An error's body: JSON, {"error":{"code":"no_photo","message":"…"}}.
[[nodiscard]] std::string web_error(const Error& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_WEB_H_
