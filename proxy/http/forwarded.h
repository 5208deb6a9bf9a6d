#ifndef LIKENESS_PROXY_HTTP_FORWARDED_H_
#define LIKENESS_PROXY_HTTP_FORWARDED_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/network.h"
#include "proxy/http/message.h"

namespace likeness::http {

// Which headers the trusted proxies in front write. Only one family is believed: the other one may
// be the client's own, passed on.
enum class ForwardedBy : std::uint8_t {
  x_forwarded,  // X-Forwarded-For, -Proto and -Host: nginx, hitch, CDNs.
  forwarded,    // Forwarded (RFC 7239).
};

// Puts into a request of a trusted proxy what its headers say of the client: address, scheme, host.
// Of the proxies that the request passed, those that are trusted too are passed over, from the
// nearest on; the first other address is the client's, since everything before it could be made up.
// Where nobody is named the request has no address. Allocates nothing; the request's views are of
// its own headers.
void believe_forwarded(Request& request, const Networks& trusted, ForwardedBy by);

// "https://photos.example.org": where the client reaches this server, by what it and trusted
// proxies say; for links.
[[nodiscard]] std::string base_url(const Request& request);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_FORWARDED_H_
