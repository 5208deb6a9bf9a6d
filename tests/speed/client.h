#ifndef LIKENESS_TESTS_SPEED_CLIENT_H_
#define LIKENESS_TESTS_SPEED_CLIENT_H_

#include <string>
#include <string_view>

namespace likeness::test {

// A client on one persistent connection that sends a request when the one before is answered, with
// the headers of a browser. Blocks. Throws std::runtime_error if the connection breaks.
class Client {
 public:
  // Connects to a port of 127.0.0.1.
  explicit Client(int port);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The whole answer. `more` is header lines, each with its CRLF. Valid until the next call.
  std::string_view get(std::string_view path, std::string_view more = {});

 private:
  int fd_;
  std::string request_;
  std::string answer_;
};

// Of an answer: a header's value, as long as it is spelled so; or empty.
[[nodiscard]] std::string_view header_in(std::string_view answer, std::string_view name);

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SPEED_CLIENT_H_
