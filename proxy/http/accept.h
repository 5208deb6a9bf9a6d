#ifndef LIKENESS_PROXY_HTTP_ACCEPT_H_
#define LIKENESS_PROXY_HTTP_ACCEPT_H_

#include <cstdint>
#include <string_view>

#include "proxy/http/message.h"

namespace likeness::http {

// Content negotiation by Accept (RFC 9110 12.5.1). Pure functions; they do not allocate.

// What a photo may be negotiated as: these three are all the difference that Accept can make.
enum class ImageType : std::uint8_t { jpeg, webp, avif };

// The best of them for the client: the highest quality, and at equal ones AVIF before WebP before
// JPEG. WebP and AVIF must be named: browsers that know neither send "image/*" and "*/*" too. A
// client that refuses them all gets JPEG, as RFC 9110 allows in place of a 406.
[[nodiscard]] ImageType best_image(const Request& request);

// The weight, in thousandths, that one Accept value gives to a type such as "image/webp": that of
// its most specific range, -1 where none has it. `wildcards` says whether "image/*" and "*/*"
// count. Ranges with parameters of their own count as plain ones; a weight that is none is 0.
[[nodiscard]] int weight(std::string_view accept, std::string_view type, bool wildcards);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_ACCEPT_H_
