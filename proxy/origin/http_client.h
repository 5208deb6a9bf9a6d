#ifndef LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_
#define LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/origin/origin.h"
#include "proxy/origin/source_policy.h"

namespace likeness::origin {

class Transfer;

// A request's body that is sent while it comes. The request has a connection of its own to the
// origin: a kept one may turn out to be closed, and such a body cannot be said again.
struct BodySource {
  std::optional<std::uint64_t> length;  // Without one it goes in chunks.
  // Fills the span from its front: how many bytes, 0 at the end, nothing if there are none now;
  // then it is called again after HttpClient::Call::resume().
  std::move_only_function<std::optional<std::size_t>(std::span<char>)> read;
};

struct ClientRequest {
  std::string method = "GET";
  std::string url;                   // http or https; nothing else is spoken.
  std::vector<std::string> headers;  // "Name: value"; no CR or LF.
  std::string body;
  std::size_t max_body_bytes = 0;         // Of the answer.
  std::optional<BodySource> source = {};  // In place of `body`.
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;

  // The first header of that (lower-case) name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  // What the head says of the body's length; nothing where the body tells it itself.
  [[nodiscard]] std::optional<std::uint64_t> length() const;
};

// Who takes an answer while it comes. All are called on later turns, none while another one runs.
struct AnswerSink {
  // Once, as soon as the head is complete; the response has no body.
  std::move_only_function<void(const ClientResponse& head)> head;
  // A piece of the body, of any size up to 16 KiB. False: not now; then the origin is not read from
  // until HttpClient::Call::resume(), and the same bytes come again.
  std::move_only_function<bool(std::string_view piece)> piece;
  // Once, as the last one: whether the answer was complete.
  std::move_only_function<void(Result<void>)> done;
};

// An HttpClient sends HTTP/1.1 requests to origins: libcurl's multi interface on the loop, with
// connections kept alive, at most settings.max_concurrent requests at once and a bounded queue
// behind them. The policy decides where it may connect and which redirects of a GET it follows;
// with no redirects allowed a 3xx is an answer like any other. A proof (Authorization, Cookie) does
// not follow to another host.
//
// Each host has a Breaker: while it is left alone, requests to it fail at once with
// origin_unreachable and the time to try again.
//
// Errors: origin_unreachable (no address, none that is allowed, no connection, TLS), origin_timeout
// (settings.timeout, redirects included, and without the time in which our side was not ready for
// more of a body), origin_failed (broken off, not HTTP, a redirect not allowed),
// source_too_large (more than max_body_bytes), overloaded (queue full). An HTTP status is no error.
//
// Loop-confined. Destroying it drops what is in flight without calling back.
class HttpClient {
 public:
  using Done = std::move_only_function<void(Result<ClientResponse>)>;
  class Call;

  // `settings` and `policy` must outlive the client. Throws std::runtime_error if libcurl cannot
  // start.
  HttpClient(Loop& loop, const OriginSettings& settings, SourcePolicy& policy);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Calls `done` exactly once, never before send() returns.
  void send(ClientRequest request, Done done);

  // The same piece by piece. The call holds `sink` and `request.source` until it has ended.
  [[nodiscard]] Call stream(ClientRequest request, AnswerSink sink);

  [[nodiscard]] OriginStats stats() const;

 private:
  class State;
  std::shared_ptr<State> state_;  // Calls point to it weakly.
};

// A call that is under way. Both do nothing once it has ended. May be called from within the sink
// and the source; what they cause happens on a later turn.
class HttpClient::Call {
 public:
  Call() = default;

  // The sink takes pieces again, or the source has some.
  void resume();
  // Ends the call; neither sink nor source is called any more.
  void cancel();

 private:
  friend class HttpClient;
  std::weak_ptr<State> client_;
  std::weak_ptr<Transfer> transfer_;
};

// Where a URL leads; nothing if it is no URL of http or https.
[[nodiscard]] std::optional<Target> parse_target(const std::string& url);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_
