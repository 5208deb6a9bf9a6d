#ifndef LIKENESS_PROXY_ORIGIN_ESCAPE_H_
#define LIKENESS_PROXY_ORIGIN_ESCAPE_H_

#include <string>
#include <string_view>

namespace likeness::origin {

// Percent-encodes a text so that it stays within one path segment or query value, whatever it is:
// only RFC 3986's unreserved characters stand for themselves, and dots alone, which would walk up
// the path, do not.
[[nodiscard]] std::string escape(std::string_view text);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_ESCAPE_H_
