#ifndef LIKENESS_PROXY_DIALECTS_ROUTER_H_
#define LIKENESS_PROXY_DIALECTS_ROUTER_H_

#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Understands a request by the dialect that its URL belongs to. A URL of none is refused with
// unknown_route in the web's dialect. With limits.fold_addresses the parts of the photo's id that
// hold an "@" are folded (contacts::fold), so that a person's photo has one name.
[[nodiscard]] Parsed parse(const http::Request& request, const Limits& limits);

// The id with the parts that hold an "@" folded.
[[nodiscard]] photo::PhotoId with_folded_addresses(const photo::PhotoId& id);

// The dialect in which a call may be posted to this path: Graph's batches, Exchange's SOAP; web for
// any other path.
[[nodiscard]] Dialect posted_to(std::string_view path);

// The family that a path belongs to by its beginning, for answers to requests that nothing looked
// into.
[[nodiscard]] Dialect family_of(std::string_view path);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_ROUTER_H_
