#include "proxy/http/turn.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "tests/proxy/http/wire.h"

namespace likeness::http {
namespace {

// Two groups and a bit.
constexpr int kClients = 2 * static_cast<int>(SocketCalls::kMost) + 3;

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

HttpSettings settings(bool io_uring) {
  HttpSettings settings;
  settings.io_uring = io_uring;
  return settings;
}

// Clients that have been accepted, all of them.
class Crowd {
 public:
  explicit Crowd(TestServer& server) {
    for (int i = 0; i < kClients; ++i) wires_.push_back(std::make_unique<Wire>(server));
    REQUIRE(server.loop.run_until([&] { return server.server->counters().open == kClients; }));
  }
  Wire& operator[](int i) { return *wires_[static_cast<std::size_t>(i)]; }

 private:
  std::vector<std::unique_ptr<Wire>> wires_;
};

TEST_CASE("all that is ready in a turn is answered in that turn", "[http]") {
  TestServer server(settings(GENERATE(false, true)));
  Crowd crowd(server);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < kClients; ++i) crowd[i].send_only(get("/" + std::to_string(i)));
    server.loop.turn();
    for (int i = 0; i < kClients; ++i)
      CHECK(body_of(crowd[i].take()) == "ID:/" + std::to_string(i) + "\n");
  }
}

TEST_CASE("what waits behind an answer is still of the same turn", "[http]") {
  TestServer server(settings(GENERATE(false, true)));
  Crowd crowd(server);
  for (int i = 0; i < kClients; ++i) crowd[i].send_only(get("/a") + get("/b") + get("/c"));
  server.loop.turn();
  for (int i = 0; i < kClients; ++i) CHECK(crowd[i].take().ends_with("ID:/c\n"));
}

TEST_CASE("clients of one turn do not disturb each other", "[http]") {
  TestServer server(settings(GENERATE(false, true)));
  server.keep_bodies = true;
  Crowd crowd(server);
  constexpr int kHuge = 20'000'000;  // No socket takes that at once.
  const auto size_of = [](int client) { return client == 1 ? kHuge : 10'000; };
  for (int i = 0; i < kClients; ++i) {
    switch (i % 6) {
      case 0: crowd[i].send_only("nonsense\r\n\r\n"); break;
      case 1: crowd[i].send_only(get("/size/" + std::to_string(size_of(i)))); break;
      case 2: crowd[i].send_only(get("/throw")); break;
      case 3:
        crowd[i].send_only(get("/gone"));
        crowd[i].reset();
        break;
      case 4: crowd[i].end_sending(); break;
      default: crowd[i].send_only(get("/" + std::to_string(i)));
    }
  }
  server.loop.turn();
  for (int i = 0; i < kClients; ++i) {
    switch (i % 6) {
      case 0: CHECK(status_of(crowd[i].receive_all()) == "400"); break;
      case 1:
        CHECK(body_of(crowd[i].receive()).size() == static_cast<std::size_t>(size_of(i)));
        break;
      case 2: CHECK(status_of(crowd[i].receive()) == "500"); break;
      case 3: break;
      case 4: CHECK(crowd[i].receive_all().empty()); break;
      default: CHECK(body_of(crowd[i].receive()) == "ID:/" + std::to_string(i) + "\n");
    }
  }
}

TEST_CASE("a server may go in the middle of a turn", "[http]") {
  TestServer server(settings(GENERATE(false, true)));
  Crowd crowd(server);
  for (int i = 0; i < kClients; ++i) crowd[i].send_only(get("/a"));
  server.loop.post([&] { server.destroy(); });
  server.loop.turn();
  for (int i = 0; i < kClients; ++i) CHECK(body_of(crowd[i].receive_all()) == "(none)");
  CHECK(server.handled == 0);
}

TEST_CASE("an answer given outside the handler goes out at the end of that turn", "[http]") {
  TestServer server(settings(GENERATE(false, true)));
  Crowd crowd(server);
  for (int i = 0; i < kClients; ++i) crowd[i].send_only(get("/later?" + std::to_string(i)));
  server.loop.turn();
  REQUIRE(server.parked.size() == kClients);
  server.loop.post([&] {
    for (std::size_t i = 0; i < kClients; ++i) server.answer_parked(i);
  });
  server.loop.turn();
  for (int i = 0; i < kClients; ++i)
    CHECK(body_of(crowd[i].take()) == "ID:/later?" + std::to_string(i) + "\n");
}

}  // namespace
}  // namespace likeness::http
