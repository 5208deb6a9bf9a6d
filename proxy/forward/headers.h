#ifndef LIKENESS_PROXY_FORWARD_HEADERS_H_
#define LIKENESS_PROXY_FORWARD_HEADERS_H_

#include <string>
#include <vector>

#include "proxy/http/message.h"
#include "proxy/origin/http_client.h"

namespace likeness::forward {

// The header fields of a forwarded call, both ways. All pass as they are, but for those that belong
// to one connection (RFC 9110 7.6.1, with those that Connection names), those that each side writes
// for itself (Host, lengths, Date), and those that belong to a host's name: cookies are for the
// host that the browser sees, and what the service says of its own (Alt-Svc, HSTS) is not about
// ours. Pure functions.

// "Name: value", as HttpClient takes them, and what keeps libcurl from adding any of its own.
[[nodiscard]] std::vector<std::string> request_headers(const http::Request& request);

// Lines with their CRLF, as http::Reply takes them.
[[nodiscard]] std::string response_lines(const origin::ClientResponse& response);

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_HEADERS_H_
