#ifndef LIKENESS_TESTS_SUPPORT_TOLD_SERVER_H_
#define LIKENESS_TESTS_SUPPORT_TOLD_SERVER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "tests/support/test_loop.h"

namespace likeness::test {

// A ToldServer is one HTTP server's end of one connection at a time, and does only what the test
// tells it, while it turns the test's loop: for what arrives where before what. It closes what it
// has accepted before when it accepts again.
class ToldServer {
 public:
  explicit ToldServer(TestLoop& loop);
  ~ToldServer();
  ToldServer(const ToldServer&) = delete;
  ToldServer& operator=(const ToldServer&) = delete;

  [[nodiscard]] std::string url() const;

  // Waits for a connection.
  void accept();
  // Waits until so much has come that it holds `mark`, and gives it all; "(none)" without one.
  std::string receive(std::string_view mark);
  void send(std::string_view bytes);
  // Sends as much of it as the system takes while the loop turns; how much that was.
  std::size_t send_what_goes(std::string_view bytes);
  // Ends the connection, or with a reset.
  void close(bool rudely = false);
  // Waits until the other end has closed it.
  [[nodiscard]] bool is_left();

 private:
  TestLoop& loop_;
  int listener_;
  int fd_ = -1;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_TOLD_SERVER_H_
