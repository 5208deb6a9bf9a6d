#ifndef LIKENESS_TESTS_SUPPORT_SCRIPTED_SERVER_H_
#define LIKENESS_TESTS_SUPPORT_SCRIPTED_SERVER_H_

#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "config/base/guarded.h"

namespace likeness::test {

// A ScriptedServer answers each HTTP request on a port of 127.0.0.1 with the bytes that a script
// gives for its head, whatever they are, and closes the connection. It handles one connection at a
// time, on a thread of its own. For tests of clients.
class ScriptedServer {
 public:
  using Script = std::function<std::string(const std::string& head)>;

  // A script that answers this never answers: the connection stays open until the server ends.
  static constexpr std::string_view kSilence = "silence";

  explicit ScriptedServer(Script script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  [[nodiscard]] std::string url() const;
  // The heads of all requests so far.
  [[nodiscard]] std::vector<std::string> requests() const;

 private:
  void serve();
  void serve_one(int fd);

  Script script_;
  int listener_;
  std::atomic<bool> leaving_ = false;
  Guarded<std::vector<std::string>> requests_;
  std::vector<int> silent_;
  std::thread thread_;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_SCRIPTED_SERVER_H_
