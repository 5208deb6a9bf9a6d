#ifndef LIKENESS_PROXY_FORWARD_CALL_H_
#define LIKENESS_PROXY_FORWARD_CALL_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/http/body.h"
#include "proxy/origin/http_client.h"

namespace likeness::forward {

// Forgets photos everywhere and calls back on the loop that asks, on that turn or a later one.
using Forget =
    std::function<void(std::vector<std::string> photos, std::move_only_function<void()> done)>;

// A Call is one request on its way through the service and back, with its two bodies: what the
// client sends is read as the service takes it, and what the service sends as the client takes it.
// Its answer begins when the service's has, but not before the photos are forgotten that it may
// have changed. Until then whatever fails is answered in the dialect's own words; after that it
// resets the client's connection.
//
// A client that goes away ends the call, unless the service has all of a request that changes
// photos: its outcome is awaited then, so that they are forgotten after they have changed.
//
// Held by the HttpClient's call; loop-confined.
class Call : public std::enable_shared_from_this<Call> {
 public:
  struct Request {
    dialects::Dialect dialect;
    std::string accept;
    std::vector<std::string> written;  // The photos that it may change.
    std::optional<http::IncomingBody> body = {};
  };

  Call(Request request, Exchange exchange, const Forget& forget);

  // Sends the request. REQUIRES: once; held by shared_ptr.
  void start(origin::HttpClient& client, origin::ClientRequest message);

 private:
  void look();
  void give_up();
  [[nodiscard]] std::optional<std::size_t> read(std::span<char> into);
  void head(const origin::ClientResponse& response);
  [[nodiscard]] bool piece(std::string_view bytes);
  void done(const Result<void>& result);
  // Goes on once the photos are forgotten that the call may have changed.
  void forget_photos();
  void pass_on();
  void finish(const Result<void>& result);
  void refuse(Error error);

  Request request_;
  Exchange exchange_;
  const Forget& forget_;
  origin::HttpClient::Call way_;
  std::optional<origin::ClientResponse> head_;  // Until it is passed on.
  std::optional<Result<void>> end_;             // That came while photos are being forgotten.
  std::optional<http::OutgoingBody> answer_;
  bool forgetting_ = false;
  int status_ = 0;
  std::size_t sent_ = 0;
};

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_CALL_H_
