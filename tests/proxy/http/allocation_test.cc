#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/http/connection.h"
#include "tests/proxy/http/allocation_count.h"

namespace likeness::http {
namespace {

// Keeps the one callback that a connection registers, so that the test can be the loop.
class OneWatchLoop final : public Loop {
 public:
  [[nodiscard]] Clock::time_point now() const override { return {}; }
  [[nodiscard]] WallClock::time_point wall() const override { return {}; }
  void post(Task) override { FAIL("nothing is posted on the fast path"); }
  void defer(Task task) override { deferred = std::move(task); }
  TimerId after(milliseconds, Task) override { return TimerId::none; }
  void cancel(TimerId) override {}
  void watch(int, Ready, OnReady callback) override { on_ready = std::move(callback); }
  void rewatch(int, Ready) override { FAIL("nothing changes on the fast path"); }
  void unwatch(int) override {}

  OnReady on_ready;
  Task deferred;
};

TEST_CASE("a request that is answered at once allocates nothing", "[http]") {
  std::array<int, 2> sockets{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()) == 0);
  OneWatchLoop loop;
  const HttpSettings settings;
  const auto body = std::make_shared<const std::string>(3'000, 'x');
  const std::shared_ptr<const void> kept = body;
  int handled = 0;
  int allocations = 0;
  ConnectionContext context{
      .loop = loop,
      .settings = settings,
      .handler =
          [&](const Request& request, Responder responder) {
            handled += request.header("accept").empty() ? 0 : 1;
            responder.send(
                {.lines = "Age: 1\r\n", .head = "ETag: \"x\"\r\n", .body = *body, .keep = &kept});
          },
      .body_rules = [](Method, std::string_view) { return BodyRule{}; },
      .closed = [](Connection&) {}};
  {
    const auto connection = std::make_shared<Connection>(context, sockets[0], Peer{.name = "unix"});
    connection->start();
    std::string requests;
    for (int i = 0; i < 3; ++i) {
      requests +=
          "GET /photos/someone@example.com/HR240x240.jpg HTTP/1.1\r\nHost: photos.example.com\r\n"
          "User-Agent: Mozilla/5.0\r\nAccept: image/avif,image/webp,*/*;q=0.8\r\n"
          "Accept-Language: en-US,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n"
          "Connection: keep-alive\r\nReferer: https://example.com/\r\nCookie: a=1; b=2\r\n"
          "If-None-Match: \"0123456789abcdef\"\r\nCache-Control: max-age=0\r\n\r\n";
    }
    std::array<char, 20'000> answers;
    for (int round = 0; round < 10; ++round) {
      REQUIRE(::send(sockets[1], requests.data(), requests.size(), 0) > 0);
      // The first rounds grow what is kept.
      std::optional<test::AllocationCount> count;
      if (round >= 2) count.emplace();
      loop.on_ready({.read = true});
      loop.deferred();
      if (count) allocations += count->so_far();
      count.reset();
      REQUIRE(::recv(sockets[1], answers.data(), answers.size(), 0) > 9'000);
    }
  }
  CHECK(handled == 30);
  CHECK(allocations == 0);
  ::close(sockets[1]);
}

}  // namespace
}  // namespace likeness::http
