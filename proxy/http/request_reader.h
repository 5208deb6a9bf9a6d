#ifndef LIKENESS_PROXY_HTTP_REQUEST_READER_H_
#define LIKENESS_PROXY_HTTP_REQUEST_READER_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "proxy/http/message.h"

namespace likeness::http {

// What becomes of a request's body: asked when the head is complete.
struct BodyRule {
  // How large it may be. 0 means no body is expected (a small one is read and thrown away). Of a
  // larger one nothing is read: the request is handed out at once, says so, and is its connection's
  // last.
  std::size_t most = 0;
  // The request is handed out before its body (Request::body_follows), unless that has come with
  // its head or fits into kBodyBuffer.
  bool follows = false;
};
using BodyRules = std::function<BodyRule(Method method, std::string_view path)>;

// A request while it is being read, with the storage that its views need.
struct Message {
  Request request;
  std::vector<Header> headers;
  std::string body;  // Used where the body did not come in one piece.
  bool keep_alive = true;
  bool expects_continue = false;
  bool body_left = false;  // The client may still send a body that nobody waits for.
};

// A RequestReader turns one connection's bytes into requests. It knows no socket: bytes are fed,
// and next() tells what they amount to. HTTP/1.1's syntax is Boost.Beast's; what Beast leaves open
// is decided here, strictly where two parsers could disagree on where a request ends (RFC 9112 6.3
// and 11.2), leniently elsewhere.
//
// A request that comes in one piece is parsed where it lies and costs no allocation and no copy. A
// head in many pieces is looked at again only when its end has come, so reading is linear however
// the bytes are cut. No more is stored than the limits allow: a head, a body, one chunk's header.
//
// Loop-confined.
class RequestReader {
 public:
  enum class Step {
    more,           // Feed more.
    send_continue,  // The client waits for "100 Continue"; then as `more`. Once per request.
    request,        // request() is complete, but for a body that follows.
    refused,        // Not HTTP, or over a limit: answer status() and close. Final.
  };

  // `settings`, `body_rules` and `shared` outlive the reader. `shared` is the storage of requests
  // that come in one piece; all connections of a loop share it, as one request is handed out at a
  // time.
  RequestReader(const HttpSettings& settings, const BodyRules& body_rules, Message& shared);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Adds bytes. They must stay where they are until keep() is called. REQUIRES: since the last
  // feed() keep() was called.
  void feed(std::string_view bytes);

  // Reads on. What request() gave before is invalid now.
  // REQUIRES: a body that followed is complete.
  [[nodiscard]] Step next();

  // Stores what is not read yet, so that the fed bytes may go. What request() gave is invalid now.
  void keep();

  // After Step::request.
  [[nodiscard]] const Request& request() const { return current_->request; }
  [[nodiscard]] bool keep_alive() const { return current_->keep_alive; }
  [[nodiscard]] bool body_left() const { return current_->body_left; }
  // After Step::refused.
  [[nodiscard]] int status() const { return status_; }

  // Reads on in a body that follows; body() has more of it then. `request`: it is complete.
  // `refused` with 413: it is over its limit. What request() gave is invalid now.
  [[nodiscard]] Step next_of_body();
  // A body that follows is not complete.
  [[nodiscard]] bool body_follows() const;
  // Its client waits for "100 Continue".
  [[nodiscard]] bool body_waits() const;
  // What has been read of it and not been taken.
  [[nodiscard]] std::string_view body() const;
  // REQUIRES: body() has so many bytes.
  void take_body(std::size_t bytes);

  // Bytes fed and not yet read.
  [[nodiscard]] std::size_t buffered() const { return input_.size(); }
  // The head of a request is complete and its body is not.
  [[nodiscard]] bool in_body() const { return pending_ != nullptr; }

 private:
  struct Pending;

  void release();
  void skip_empty_lines();
  Step scan_lines();
  Step read_head();
  Step start_body(std::size_t head_size);
  Step read_body();
  Step more_head();
  Step refuse(int status);
  Step hand_out(Message& message, std::size_t consumed);
  void consume(std::size_t bytes);

  const HttpSettings& settings_;
  const BodyRules& body_rules_;
  Message& shared_;
  Message* current_;
  std::string_view input_;  // Not yet read: fed bytes, or the rest of buffer_.
  std::string buffer_;
  bool borrowed_ = false;  // input_ is the caller's bytes.
  // How far the head at the front of input_ has been looked at, while it is not complete.
  std::size_t scanned_ = 0;
  bool looked_ = false;
  bool line_seen_ = false;
  int status_ = 0;
  std::unique_ptr<Pending> pending_;  // A request whose body is on its way.
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_REQUEST_READER_H_
