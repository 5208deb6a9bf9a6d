#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#include "proxy/http/connection.h"

namespace {

thread_local bool counting = false;
thread_local int allocations = 0;

void* counted(std::size_t size) {
  if (counting) ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

// For the whole binary; they count only while a test asks for it.
void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace likeness::http {
namespace {

// Keeps the one callback that a connection registers, so that the test can be the loop.
class OneWatchLoop final : public Loop {
 public:
  [[nodiscard]] Clock::time_point now() const override { return {}; }
  void post(Task) override { FAIL("nothing is posted on the fast path"); }
  TimerId after(milliseconds, Task) override { return TimerId::none; }
  void cancel(TimerId) override {}
  void watch(int, Ready, OnReady callback) override { on_ready = std::move(callback); }
  void rewatch(int, Ready) override { FAIL("nothing changes on the fast path"); }
  void unwatch(int) override {}

  OnReady on_ready;
};

TEST_CASE("a request that is answered at once allocates nothing", "[http]") {
  std::array<int, 2> sockets{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets.data()) == 0);
  OneWatchLoop loop;
  const HttpSettings settings;
  const std::string body(3'000, 'x');
  int handled = 0;
  ConnectionContext context{
      .loop = loop,
      .settings = settings,
      .handler =
          [&](const Request& request, Responder responder) {
            handled += request.header("accept").empty() ? 0 : 1;
            responder.send({.lines = "Age: 1\r\n", .head = "ETag: \"x\"\r\n", .body = body});
          },
      .body_limit = [](Method, std::string_view) { return std::size_t{0}; },
      .closed = [](Connection&) {}};
  {
    const auto connection = std::make_shared<Connection>(context, sockets[0], "unix");
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
      counting = round >= 2;
      loop.on_ready({.read = true});
      counting = false;
      REQUIRE(::recv(sockets[1], answers.data(), answers.size(), 0) > 9'000);
    }
  }
  CHECK(handled == 30);
  CHECK(allocations == 0);
  ::close(sockets[1]);
}

}  // namespace
}  // namespace likeness::http
