#ifndef LIKENESS_PROXY_BATCH_H_
#define LIKENESS_PROXY_BATCH_H_

#include <cstddef>
#include <functional>

#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/http/message.h"
#include "proxy/photo/flights.h"

namespace likeness {

// Finds what a call asks for, on behalf of whoever sent the request, which is read before it
// returns. Calls `done` exactly once, maybe before it returns.
using LookUp = std::function<void(const http::Request& request, const dialects::Call& call,
                                  photo::Flights::Done done)>;

// Answers a Graph $batch. All of its requests are looked up at once, since they only read; the
// answer goes out when the last one is there, in the order of asking. Pictures are shared until
// then, and written out as base64 up to `max_bytes`; those past it are answered 503. A request that
// depends on a failed one is answered 424.
//
// Loop-confined; `look_up` is used before it returns.
void answer_batch(const http::Request& request, Exchange exchange, const dialects::Limits& limits,
                  std::size_t max_bytes, const LookUp& look_up);

}  // namespace likeness

#endif  // LIKENESS_PROXY_BATCH_H_
