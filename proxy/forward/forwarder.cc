#include "proxy/forward/forwarder.h"

#include <memory>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/forward/headers.h"
#include "proxy/forward/written_photos.h"

namespace likeness::forward {

Forwarder::Forwarder(Loop& loop, Upstream& upstream, Forget forget)
    : upstream_(upstream),
      forget_(std::move(forget)),
      client_(loop, upstream.client, upstream.policy) {}

void Forwarder::handle(const http::Request& request, Exchange exchange) {
  exchange.route = upstream_.dialect() == dialects::Dialect::outlook ? telemetry::Route::outlook
                                                                     : telemetry::Route::graph;
  if (request.body_too_large)
    return refuse(exchange, upstream_.dialect(), {Errc::too_large, {}, {}},
                  request.header("accept"));
  origin::ClientRequest message{.method = std::string(request.method_name),
                                .url = upstream_.base + std::string(request.target),
                                .headers = request_headers(request),
                                .body = std::string(request.body),
                                .max_body_bytes = upstream_.max_response_bytes};
  Call::Request call{.dialect = upstream_.dialect(),
                     .accept = std::string(request.header("accept")),
                     .written = written_photos(request.method, request.path, request.body)};
  if (request.body_follows) {
    message.source.emplace(request.body_length);
    call.body = exchange.body();
  }
  std::make_shared<Call>(std::move(call), std::move(exchange), forget_)
      ->start(client_, std::move(message));
}

}  // namespace likeness::forward
