#include "proxy/forward/forwarder.h"

#include <memory>
#include <utility>

#include "proxy/answer.h"
#include "proxy/forward/headers.h"
#include "proxy/forward/written_photos.h"
#include "proxy/telemetry/log.h"

namespace likeness::forward {
namespace {

void pass_back(Exchange& exchange, dialects::Dialect dialect, std::string_view accept,
               Result<origin::ClientResponse> response) {
  if (response) {
    const std::string lines = std::string(exchange.lines().view()) + response_lines(*response);
    return exchange.send({.status = response->status, .lines = lines, .body = response->body});
  }
  Error& error = response.error();
  log::warn("forwarding a call failed: {} ({})", error.detail, name(error.code));
  // The words for a photo that is too large would be wrong here.
  if (error.code == Errc::source_too_large) error.code = Errc::origin_failed;
  refuse(exchange, dialect, error, accept);
}

}  // namespace

struct Forwarder::Call {
  Exchange exchange;
  std::string accept;
  std::vector<std::string> written;
};

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
  Call call{std::move(exchange), std::string(request.header("accept")),
            written_photos(request.method, request.path, request.body)};
  client_.send(std::move(message), [this, call = std::move(call)](auto response) mutable {
    answer(call, std::move(response));
  });
}

void Forwarder::answer(Call& call, Result<origin::ClientResponse> response) {
  // A call that was refused has changed nothing; one that broke off may have.
  const bool refused = response && response->status >= 300 && response->status < 500;
  if (refused || call.written.empty())
    return pass_back(call.exchange, upstream_.dialect(), call.accept, std::move(response));
  forget_(std::move(call.written),
          [dialect = upstream_.dialect(), exchange = std::move(call.exchange),
           accept = std::move(call.accept), response = std::move(response)]() mutable {
            pass_back(exchange, dialect, accept, std::move(response));
          });
}

}  // namespace likeness::forward
