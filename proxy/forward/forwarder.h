#ifndef LIKENESS_PROXY_FORWARD_FORWARDER_H_
#define LIKENESS_PROXY_FORWARD_FORWARDER_H_

#include <string_view>

#include "config/base/loop.h"
#include "proxy/answer/exchange.h"
#include "proxy/forward/call.h"
#include "proxy/forward/upstream.h"
#include "proxy/http/message.h"
#include "proxy/origin/http_client.h"

namespace likeness::forward {

// A Forwarder passes the calls of a live service's API that are not photos on to the service, for
// one loop, so that one host name serves the whole API: method, target, body and header fields
// (headers.h) as they are, with the caller's own proof and no other, and the service's answer back,
// whatever its status. Bodies are passed on while they come, both ways (call.h), within
// forward.max_request_bytes (the server's reader) and forward.max_response_bytes; only a batch is
// read whole before it is sent, because it has to be known which photos it changes. Links in
// answers lead to the service itself.
//
// What a call may have changed of photos is forgotten before its outcome is told.
//
// It keeps out of the photos' gate and slots: those are of the app that the settings name, while
// here each caller has a limit of his own, and is told when he has reached it.
//
// Loop-confined. Destroying it drops what is in flight: those who wait get a 500, and answers that
// have begun break off.
class Forwarder {
 public:
  Forwarder(Loop& loop, Upstream& upstream, Forget forget);

  [[nodiscard]] bool takes(std::string_view path) const { return upstream_.takes(path); }

  // REQUIRES: takes(request.path).
  void handle(const http::Request& request, Exchange exchange);

 private:
  Upstream& upstream_;
  Forget forget_;
  origin::HttpClient client_;
};

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_FORWARDER_H_
