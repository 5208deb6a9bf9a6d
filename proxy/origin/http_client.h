#ifndef LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_
#define LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
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

struct ClientRequest {
  std::string method = "GET";
  std::string url;                   // http or https; nothing else is spoken.
  std::vector<std::string> headers;  // "Name: value"; no CR or LF.
  std::string body;
  std::size_t max_body_bytes = 0;  // Of the answer.
};

struct ClientResponse {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  // Names in lower case.
  std::string body;

  // The first header of that (lower-case) name, or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
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
// (redirects included), origin_failed (broken off, not HTTP, a redirect not allowed),
// source_too_large (more than max_body_bytes), overloaded (queue full). An HTTP status is no error.
//
// Loop-confined. Destroying it drops what is in flight without calling back.
class HttpClient {
 public:
  using Done = std::move_only_function<void(Result<ClientResponse>)>;

  // `settings` and `policy` must outlive the client. Throws std::runtime_error if libcurl cannot
  // start.
  HttpClient(Loop& loop, const OriginSettings& settings, SourcePolicy& policy);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Calls `done` exactly once, never before send() returns.
  void send(ClientRequest request, Done done);

  [[nodiscard]] OriginStats stats() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

// Where a URL leads; nothing if it is no URL of http or https.
[[nodiscard]] std::optional<Target> parse_target(const std::string& url);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_HTTP_CLIENT_H_
