#ifndef LIKENESS_PROXY_DIALECTS_EWS_H_
#define LIKENESS_PROXY_DIALECTS_EWS_H_

#include <optional>
#include <string>
#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Exchange's plain way to a user's photo (docs/protocols.md, section 1), in any case:
//   /ews/Exchange.asmx/s/GetUserPhoto?email={address}&size=HR<w>x<h>
// What a missing or a bad size does is documented nowhere. Here a missing or empty one means the
// photo's own size, any size is served as asked, not the nine alone, and what is no size is
// bad_request. "&amp;size" counts as "&size".
[[nodiscard]] std::optional<Parsed> parse_ews(const http::Request& request, const Limits& limits);

// Is this where SOAP requests are posted: "/ews/Exchange.asmx"? (proxy/dialects/ews_soap.h)
[[nodiscard]] bool is_ews_soap(std::string_view path);

// The body of an error, which clients do not look at: one line of plain text.
[[nodiscard]] std::string ews_error(const Error& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_EWS_H_
