#ifndef LIKENESS_PROXY_FORWARD_FORWARDER_H_
#define LIKENESS_PROXY_FORWARD_FORWARDER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/loop.h"
#include "proxy/exchange.h"
#include "proxy/forward/upstream.h"
#include "proxy/http/message.h"
#include "proxy/origin/http_client.h"

namespace likeness::forward {

// Forgets photos everywhere and calls back on the loop that asks, on that turn or a later one.
using Forget =
    std::function<void(std::vector<std::string> photos, std::move_only_function<void()> done)>;

// A Forwarder passes the calls of a live service's API that are not photos on to the service, for
// one loop, so that one host name serves the whole API: method, target, body and header fields
// (headers.h) as they are, with the caller's own proof and no other, and the service's answer back,
// whatever its status. Bodies are held whole both ways, within forward.max_request_bytes (the
// server's reader) and forward.max_response_bytes. Links in answers lead to the service itself.
//
// What a call may have changed of photos is forgotten before its outcome is told.
//
// It keeps out of the photos' gate and slots: those are of the app that the settings name, while
// here each caller has a limit of his own, and is told when he has reached it.
//
// Loop-confined. Destroying it drops what is in flight: those who wait get a 500.
class Forwarder {
 public:
  Forwarder(Loop& loop, Upstream& upstream, Forget forget);

  [[nodiscard]] bool takes(std::string_view path) const { return upstream_.takes(path); }

  // REQUIRES: takes(request.path).
  void handle(const http::Request& request, Exchange exchange);

 private:
  struct Call;

  void answer(Call& call, Result<origin::ClientResponse> response);

  Upstream& upstream_;
  Forget forget_;
  origin::HttpClient client_;
};

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_FORWARDER_H_
