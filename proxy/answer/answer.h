#ifndef LIKENESS_PROXY_ANSWER_ANSWER_H_
#define LIKENESS_PROXY_ANSWER_ANSWER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/settings.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/http/lines.h"
#include "proxy/photo/ask.h"

namespace likeness {

// The header lines and bodies of answers that depend on the outcome and the time rather than on the
// picture. Pure functions, but for those that send.

// Who may be shown an answer: a cache that serves many must not keep what is for one caller alone.
enum class Audience : std::uint8_t { anyone, caller };

// What of a request decides how its answer may be cached.
struct Caching {
  Audience audience = Audience::anyone;
  // The URL's "?v=…": another photo will have another URL. Empty without one.
  std::string_view version = {};
  // A picture is sent in place of the photo that is not there.
  bool fallback = false;
  // The URL is valid no longer than this; nothing: for ever.
  std::optional<seconds> left = std::nullopt;
};

// Cache-Control, Age and Cache-Status (RFC 9211) of a photo's answer. Age counts from when the
// origin last confirmed the photo, and max-age from the same moment: what may be kept is what is
// left of freshness, by clients at most settings.freshness.client_max_age and by CDNs at most
// settings.cdn.max_age. X-Accel-Expires is what is left of it now, for nginx alone.
void write_caching(http::Lines& lines, const photo::Found& found, WallClock::time_point now,
                   const Settings& settings, const Caching& caching);

// The same of a failure, and Retry-After where coming back may help. What is not remembered here is
// not to be stored anywhere.
void write_caching(http::Lines& lines, const photo::Failure& failure, WallClock::time_point now,
                   const Settings& settings, const Caching& caching);

// Vary and Accept-CH, where the call's headers had a say in it.
void write_variance(http::Lines& lines, const dialects::Call& call);

// The lines that all answers about photos share, whatever they are: other sites' pages may show
// them, time them and read them (cdn.allow_origin).
[[nodiscard]] std::string shared_lines(const CdnSettings& settings);
// The lines of an answer to OPTIONS, for CORS's preflight too. `allow` is "Allow: GET, …".
[[nodiscard]] std::string preflight_lines(std::string_view allow, const CdnSettings& settings);

// A document to send: a body and its type.
struct Document {
  std::string body;
  std::string_view type;
};

// The dialect's words for an error; `accept` is the request's Accept.
[[nodiscard]] Document error_document(dialects::Dialect dialect, const Error& error,
                                      std::string_view accept, std::string_view request_id);

// The dialect's document about a photo, for Form::metadata and Form::list; `base` is
// http::base_url() of the request, `path` its path.
[[nodiscard]] Document photo_document(const dialects::Call& call, const photo::Found& found,
                                      const std::string& base, std::string_view path);

// Sends a document behind `lines`, which have been begun by exchange.lines().
void send_document(Exchange& exchange, http::Lines& lines, int status, const Document& document,
                   telemetry::CacheOutcome outcome);

// Refuses a request in the dialect's words, not to be stored anywhere, with Retry-After where the
// error says when to come back. `more` is a header line
// without its CRLF, such as "Allow: GET", or empty.
void refuse(Exchange& exchange, dialects::Dialect dialect, const Error& error,
            std::string_view accept, std::string_view more = {});

}  // namespace likeness

#endif  // LIKENESS_PROXY_ANSWER_ANSWER_H_
