#ifndef LIKENESS_TESTS_PROXY_HTTP_WIRE_H_
#define LIKENESS_TESTS_PROXY_HTTP_WIRE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/server.h"
#include "tests/support/test_loop.h"

namespace likeness::http {

// A server on a test's own loop, with a small handler:
//   /304, /204     that status, with ETag
//   /throw, /drop  a handler that fails
//   /later         keeps the responder in `parked`
//   /size/N        a body of N bytes, shared if `keep_bodies`
//   /stream…       goes to `stream`; its POST bodies follow it
//   else           "ID:<target> <request body>\n"
// POST bodies may have 100,000 bytes, and more are answered 413; other methods expect none.
class TestServer {
 public:
  explicit TestServer(HttpSettings settings = {});
  TestServer(const TestServer&) = delete;
  TestServer& operator=(const TestServer&) = delete;

  [[nodiscard]] const std::string& url() const { return url_; }
  [[nodiscard]] int port() const;
  // Answers a request that was parked, as if it had not been.
  void answer_parked(std::size_t index);
  // What main() does when the server is to go.
  void destroy() { server.reset(); }

  test::TestLoop loop;
  const HttpSettings settings;
  std::vector<Responder> parked;
  std::vector<std::string> parked_targets;
  Handler stream;
  int handled = 0;
  bool keep_bodies = false;
  std::unique_ptr<Server> server;

 private:
  void handle(const Request& request, Responder responder);
  std::string url_;
};

// A client that writes and reads bytes while it turns the server's loop.
class Wire {
 public:
  explicit Wire(TestServer& server, int receive_buffer = 0);
  ~Wire();
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  void send(std::string_view bytes);
  // Sends without turning the loop: the server has not seen it yet.
  void send_only(std::string_view bytes);
  void end_sending();
  // Closes with a reset.
  void reset();

  // One whole answer: its head alone if `head_only`. What came of it, if the server closes before.
  std::string receive(bool head_only = false);
  // Everything until the server closes; "(reset)" is added if it did so rudely, "(open)" if it did
  // not within a few seconds.
  std::string receive_all();
  // What has come so far, without turning the loop.
  std::string take();
  // Turns the loop until nothing happens any more; is the connection still open, with no byte here?
  bool is_quiet();
  // Turns the loop until the server has read all that was sent.
  void settle();

 private:
  // Adds what has come to input_; false once the server has closed.
  bool pull();

  TestServer& server_;
  int fd_;
  std::string input_;
  bool closed_ = false;
  bool was_reset_ = false;
};

[[nodiscard]] std::string status_of(std::string_view answer);                         // "200"
[[nodiscard]] std::string header_of(std::string_view answer, std::string_view name);  // or "-"
[[nodiscard]] std::string body_of(std::string_view answer);

}  // namespace likeness::http

#endif  // LIKENESS_TESTS_PROXY_HTTP_WIRE_H_
