#ifndef LIKENESS_PROXY_HTTP_CONDITIONS_H_
#define LIKENESS_PROXY_HTTP_CONDITIONS_H_

#include <cstdint>
#include <string_view>

#include "proxy/http/message.h"

namespace likeness::http {

// Does one of the entity tags in the field value match `etag` (with its quotes)? Compares weakly,
// as If-None-Match does (RFC 9110 13.1.2). "*" matches anything. Lenient: unquoted tags, which
// UCWA's clients send, count as quoted (docs/protocols.md, section 2).
[[nodiscard]] bool matches_any(std::string_view field_value, std::string_view etag);

// May the answer to this GET or HEAD be a 304? If-None-Match decides where it is present (all of
// its lines), else If-Modified-Since; a date that cannot be read is ignored.
[[nodiscard]] bool not_modified(const Request& request, std::string_view etag,
                                std::int64_t last_modified);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_CONDITIONS_H_
