#ifndef LIKENESS_PROXY_ORIGIN_ANSWER_H_
#define LIKENESS_PROXY_ORIGIN_ANSWER_H_

#include <chrono>
#include <optional>
#include <string_view>

#include "config/base/error.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// Retry-After: seconds (Microsoft's services send fractions) or a date, as time from now; at most
// an hour is believed. Empty if absent or unreadable.
[[nodiscard]] std::optional<milliseconds> retry_after(std::string_view value,
                                                      WallClock::time_point now);

// How long an answer is fresh by its own word (RFC 9111 4.2.1): s-maxage, max-age, Expires against
// Date; zero where it may not be reused. Empty if it does not say.
[[nodiscard]] std::optional<seconds> max_age(const ClientResponse& response);

// ETag and Last-Modified, where they are fit to be kept and sent back.
[[nodiscard]] Validators validators_of(const ClientResponse& response);

// What a status that is no success means: origin_refused, throttled, origin_timeout, origin_failed.
[[nodiscard]] Error error_of(const ClientResponse& response, WallClock::time_point now);

// What an HTTP answer means as the answer to a photo fetch, by its status alone: bytes, not
// modified, no photo (404, 410, 204, an empty body), or an error.
[[nodiscard]] Result<Fetched> interpret(ClientResponse response, WallClock::time_point now);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_ANSWER_H_
