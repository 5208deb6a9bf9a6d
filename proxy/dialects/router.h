#ifndef LIKENESS_PROXY_DIALECTS_ROUTER_H_
#define LIKENESS_PROXY_DIALECTS_ROUTER_H_

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Understands a request by the dialect that its URL belongs to. A URL of none is refused with
// unknown_route in the web's dialect. Looks at path and query alone. With limits.fold_addresses the
// parts of the photo's id that hold an "@" are folded (contacts::fold), so that a person's photo
// has one name.
[[nodiscard]] Parsed parse(const http::Request& request, const Limits& limits);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_ROUTER_H_
