#ifndef LIKENESS_PROXY_HTTP_MESSAGE_H_
#define LIKENESS_PROXY_HTTP_MESSAGE_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/base/network.h"

namespace likeness::http {

enum class Method : std::uint8_t { get, head, post, put, patch, del, options, other };

// Does it read, and change nothing: GET and HEAD?
[[nodiscard]] constexpr bool reads(Method method) {
  return method == Method::get || method == Method::head;
}

// Are these the same field name or keyword, in any case?
[[nodiscard]] inline bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
  };
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [&](char x, char y) { return lower(x) == lower(y); });
}

struct Header {
  std::string_view name;   // As the client spelled it.
  std::string_view value;  // Without surrounding white space.
};

// A parsed request, complete with its body unless that follows. A view: everything in it points
// into the connection's buffer and is valid only until the handler returns.
struct Request {
  Method method = Method::get;
  std::string_view method_name = {};  // As sent: "GET", "PROPFIND".
  std::string_view target = {};       // As sent, in origin form ("/a?b=1"); visible ASCII only.
  std::string_view path = {};         // Of the target, still percent-encoded.
  std::string_view query = {};        // Of the target after "?", still percent-encoded.
  std::span<const Header> headers = {};
  std::string_view body = {};
  // Its body is still on its way: Responder::body() reads it. Only where BodyRule asks for it.
  bool body_follows = false;
  std::optional<std::uint64_t> body_length = {};  // Of one that follows, where the client says it.
  // Who asks: the peer, or whom a trusted proxy names in its place. "127.0.0.1" or "unix".
  std::string_view client = {};
  std::optional<IpAddress> address = {};  // The same; nothing where it is unknown.
  std::string_view scheme = "http";       // By which the client reached the server.
  std::string_view forwarded_host = {};   // Where that was another host than Host says.
  bool operators = false;                 // Came by a listener for operators alone.
  bool http10 = false;
  // The body was wanted and is over its limit: the answer is 413. Nothing of it is here.
  bool body_too_large = false;

  // The first header of that name (any case), or empty.
  [[nodiscard]] std::string_view header(std::string_view name) const;
};

// All headers of that name (any case) as one: their values joined by ", ".
[[nodiscard]] std::string joined(const Request& request, std::string_view name);

// An answer. A view as well: all of it is copied during the call that it is given to, but for a
// `body` that `keep` keeps alive.
//
// The connection itself writes the status line, Date, Content-Length and Connection, and leaves out
// the body where HTTP wants none (HEAD, 304).
struct Reply {
  int status = 200;
  std::string_view lines = {};  // Header lines of this answer alone, each ending in CRLF.
  std::string_view head = {};   // Ready-made header lines, each ending in CRLF.
  std::string_view body = {};
  const std::shared_ptr<const void>* keep = nullptr;  // Outlives the call.
  bool close = false;                                 // Close the connection after this answer.
};

[[nodiscard]] std::string_view reason(int status);  // "Not Found"

// The IMF-fixdate of a time: "Sun, 06 Nov 1994 08:49:37 GMT". Writes 29 characters.
inline constexpr std::size_t kDateLength = 29;
void write_date(std::int64_t unix_seconds, char* into);
[[nodiscard]] std::string date(std::int64_t unix_seconds);
// Any of the three date forms of RFC 9110 5.6.7; -1 if it is none. A date that WallClock cannot
// hold is the last second that it can.
[[nodiscard]] std::int64_t parse_date(std::string_view text);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_MESSAGE_H_
