#ifndef LIKENESS_PROXY_DIALECTS_ROUTER_H_
#define LIKENESS_PROXY_DIALECTS_ROUTER_H_

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Understands a request by the dialect that its URL belongs to. A URL of none is refused with
// unknown_route in the web's dialect.
[[nodiscard]] Parsed parse(const http::Request& request, const Limits& limits);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_ROUTER_H_
