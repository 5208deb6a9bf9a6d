#ifndef LIKENESS_PROXY_DIALECTS_STATUS_H_
#define LIKENESS_PROXY_DIALECTS_STATUS_H_

#include <string>
#include <string_view>

#include "config/base/error.h"
#include "proxy/dialects/call.h"

namespace likeness::dialects {

// The HTTP status of an error, the same in every dialect unless the dialect says otherwise.
// Everything that goes wrong on the origin's side of the fence is a 502 or 504, never a 500: that
// one is for our own bugs.
[[nodiscard]] int status_of(Errc code);
[[nodiscard]] int status_of(Dialect dialect, Errc code);

// The sentence that clients see. For the client's own mistakes (bad_request) it is the detail,
// which names what was wrong, and so for a body of the wrong kind; for everything else it comes
// from the code alone, since details speak of origins and machines.
[[nodiscard]] std::string message_of(const Error& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_STATUS_H_
