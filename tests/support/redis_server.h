#ifndef LIKENESS_TESTS_SUPPORT_REDIS_SERVER_H_
#define LIKENESS_TESTS_SUPPORT_REDIS_SERVER_H_

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/temp_folder.h"

namespace likeness::test {

// A RedisServer is a real redis-server for one test: on a Unix socket in a folder of its own and on
// a free port of 127.0.0.1, without persistence. It is killed, and the folder removed, at the end,
// even if the test process dies (then only the folder stays).
class RedisServer {
 public:
  enum class Start { now, later };

  // `options` are further arguments, such as {"--requirepass", "secret"}. With Start::later only
  // the addresses are chosen.
  explicit RedisServer(std::vector<std::string> options = {}, Start start = Start::now);
  ~RedisServer();
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  // Starts it, empty, at the same addresses; returns when it answers. Throws if it does not.
  void start();
  // Kills it; connections break.
  void stop();
  // Stops its process without closing anything, as an overloaded machine would, and lets it go on.
  void pause();
  void resume();

  // Runs one command on a connection of its own and gives its answer as text: strings and statuses
  // as they are, numbers in digits, nil as "(nil)", errors as they are, arrays line by line.
  std::string run(const std::vector<std::string>& command) const;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string unix_url() const { return "unix:" + path_; }
  [[nodiscard]] std::string tcp_url() const;  // redis://127.0.0.1:port

 private:
  void spawn();
  [[nodiscard]] bool answers() const;

  const std::vector<std::string> options_;
  TempFolder folder_;
  std::string path_;
  std::uint16_t port_ = 0;
  pid_t pid_ = 0;  // 0: not running.
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_REDIS_SERVER_H_
