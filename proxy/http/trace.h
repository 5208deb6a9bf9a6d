#ifndef LIKENESS_PROXY_HTTP_TRACE_H_
#define LIKENESS_PROXY_HTTP_TRACE_H_

#include <string_view>

#include "proxy/http/message.h"

namespace likeness::http {

// The request's place in a trace (W3C Trace Context, 3.2: "00-TRACE-PARENT-FLAGS"), as it came;
// empty without one, or with one that is not well formed.
[[nodiscard]] std::string_view traceparent(const Request& request);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_TRACE_H_
