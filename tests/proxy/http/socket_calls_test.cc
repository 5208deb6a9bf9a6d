#include "proxy/http/socket_calls.h"

#include <seccomp.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace likeness::http {
namespace {

class Pair {
 public:
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds_.data()) == 0); }
  ~Pair() {
    ::close(fds_[0]);
    close_there();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  [[nodiscard]] int here() const { return fds_[0]; }
  void say(std::string_view text) const {
    REQUIRE(::send(fds_[1], text.data(), text.size(), 0) == std::ssize(text));
  }
  [[nodiscard]] std::string heard() const {
    std::string text(1'000, '\0');
    const ssize_t got = ::recv(fds_[1], text.data(), text.size(), MSG_DONTWAIT);
    return got < 0 ? "(nothing)" : text.substr(0, static_cast<std::size_t>(got));
  }
  void close_there() {
    if (fds_[1] >= 0) ::close(fds_[1]);
    fds_[1] = -1;
  }

 private:
  std::array<int, 2> fds_{-1, -1};
};

std::vector<std::unique_ptr<Pair>> many_pairs() {
  std::vector<std::unique_ptr<Pair>> pairs;
  for (std::size_t i = 0; i < SocketCalls::kMost; ++i) pairs.push_back(std::make_unique<Pair>());
  return pairs;
}

// Both of its parts must live as long as it.
SocketCalls::Send send_to(int fd, const std::string& first, const std::string& second) {
  SocketCalls::Send send{.fd = fd};
  send.parts = {iovec{const_cast<char*>(first.data()), first.size()},
                iovec{const_cast<char*>(second.data()), second.size()}};
  return send;
}

std::vector<ssize_t> results(SocketCalls& calls, std::vector<SocketCalls::Send> sends) {
  calls.run(std::span(sends));
  std::vector<ssize_t> all;
  for (const SocketCalls::Send& send : sends) all.push_back(send.result);
  return all;
}

// All of them, both ways: is every one received and sent?
bool works(SocketCalls& calls) {
  const auto pairs = many_pairs();
  std::array<std::array<char, 100>, SocketCalls::kMost> buffers{};
  std::vector<SocketCalls::Receive> receives;
  std::vector<SocketCalls::Send> sends;
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    texts.push_back("number " + std::to_string(i));
    pairs[i]->say(texts[i]);
    receives.push_back({.fd = pairs[i]->here(), .into = buffers[i]});
  }
  for (std::size_t i = 0; i < pairs.size(); ++i)
    sends.push_back(send_to(pairs[i]->here(), texts[i], texts[i]));
  calls.run(std::span(receives));
  bool good = true;
  for (std::size_t i = 0; i < pairs.size(); ++i)
    good = good && receives[i].result == std::ssize(texts[i]) && buffers[i].data() == texts[i];
  const auto sent = results(calls, sends);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    good = good && sent[i] == 2 * std::ssize(texts[i]) && pairs[i]->heard() == texts[i] + texts[i];
  }
  return good;
}

// In a process of its own: does it all work once the kernel refuses this call, as a container's
// profile may, and is io_uring used then?
void check_without(int call, bool from_the_start, bool uses_io_uring) {
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const auto refuse = [call] {
      scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
      return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), call, 0) == 0 &&
             seccomp_load(filter) == 0;
    };
    const bool refused_early = !from_the_start || refuse();
    SocketCalls calls(true);
    const bool as_said = calls.uses_io_uring() == uses_io_uring;
    const bool refused = from_the_start || refuse();
    const bool good = refused_early && as_said && refused && works(calls) && works(calls) &&
                      !calls.uses_io_uring();
    ::_exit(good ? 0 : 1);
  }
  int status = -1;
  REQUIRE(::waitpid(child, &status, 0) == child);
  CHECK(status == 0);
}

TEST_CASE("many sockets receive and send at once", "[http]") {
  const bool io_uring = GENERATE(false, true);
  SocketCalls calls(io_uring);
  CHECK((io_uring || !calls.uses_io_uring()));
  for (int i = 0; i < 5; ++i) CHECK(works(calls));
}

TEST_CASE("each socket has its own result", "[http]") {
  SocketCalls calls(GENERATE(false, true));
  Pair full;
  Pair silent;
  Pair left;
  Pair gone;
  full.say("0123456789");
  left.close_there();
  std::array<std::array<char, 4>, 5> buffers{};
  std::array<SocketCalls::Receive, 5> receives{{{.fd = full.here(), .into = buffers[0]},
                                                {.fd = silent.here(), .into = buffers[1]},
                                                {.fd = left.here(), .into = buffers[2]},
                                                {.fd = -1, .into = buffers[3]},
                                                {.fd = full.here(), .into = buffers[4]}}};
  calls.run(std::span(receives));
  CHECK(receives[0].result == 4);
  CHECK(receives[1].result == -EAGAIN);
  CHECK(receives[2].result == 0);
  CHECK(receives[3].result == -EBADF);
  CHECK(receives[4].result == 4);
  CHECK(std::string_view(buffers[4].data(), 4) == "4567");

  const std::string huge(4'000'000, 'x');
  const std::string none;
  const auto sent =
      results(calls, {send_to(full.here(), "a", "b"), send_to(silent.here(), huge, none),
                      send_to(left.here(), "a", none), send_to(-1, "a", none)});
  CHECK(sent[0] == 2);
  CHECK((sent[1] > 0 && sent[1] < std::ssize(huge)));
  CHECK(sent[2] == -EPIPE);  // And no signal.
  CHECK(sent[3] == -EBADF);
  CHECK(results(calls, {send_to(silent.here(), huge, none), send_to(full.here(), "c", none)}) ==
        std::vector<ssize_t>{-EAGAIN, 1});
}

TEST_CASE("where the kernel refuses io_uring, there is one call for each", "[http]") {
  check_without(SCMP_SYS(io_uring_setup), true, false);
}

TEST_CASE("where io_uring ceases to work, what it left is done by one call each", "[http]") {
  if (!SocketCalls(true).uses_io_uring()) {
    WARN("this kernel has no io_uring to lose");
    return;
  }
  check_without(SCMP_SYS(io_uring_enter), false, true);
}

}  // namespace
}  // namespace likeness::http
