#include "proxy/forward/call.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "proxy/answer/exchange.h"
#include "proxy/forward/forwarder.h"
#include "proxy/forward/upstream.h"
#include "tests/proxy/http/wire.h"
#include "tests/support/told_server.h"

namespace likeness::forward {
namespace {

using http::body_of;
using http::header_of;
using http::status_of;
using http::Wire;

// A server of ours before a service that does what the test says. Whoever forgets photos waits for
// the test as well.
struct Case {
  Case() : service(server.loop) {
    Settings settings;
    settings.origin.spec = "graph:" + service.url();
    upstream = make_upstream(settings, 1);
    forwarder = std::make_unique<Forwarder>(
        server.loop, *upstream,
        [this](std::vector<std::string> photos, std::move_only_function<void()> done) {
          asked.insert(asked.end(), photos.begin(), photos.end());
          forgotten = std::move(done);
        });
    server.stream = [this](const http::Request& request, http::Responder responder) {
      forwarder->handle(request, Exchange(request, std::move(responder), ids, audit));
    };
  }

  void wait_for_forgetting() {
    REQUIRE(server.loop.run_until([&] { return !asked.empty(); }));
  }
  void forget() { std::exchange(forgotten, {})(); }

  http::TestServer server;
  test::ToldServer service;
  RequestIds ids;
  telemetry::Metrics metrics;
  telemetry::AccessLog access_log{LogSettings()};
  const Audit audit{metrics, access_log, milliseconds(0)};
  std::unique_ptr<Upstream> upstream;
  std::vector<std::string> asked;
  std::move_only_function<void()> forgotten;
  std::unique_ptr<Forwarder> forwarder;
};

// Answers broken off by the service, and by the client.
using Broken = std::pair<std::uint64_t, std::uint64_t>;

Broken broken(const telemetry::Metrics& metrics) {
  const auto by = [&](telemetry::BrokenBy who) {
    return metrics.broken(static_cast<std::size_t>(who));
  };
  return {by(telemetry::BrokenBy::service), by(telemetry::BrokenBy::client)};
}

const std::string kGet = "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n";
const std::string kWrite =
    "POST /stream/me/contacts/AA HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}";
const std::string kGood = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n";

TEST_CASE("photos are forgotten before the head of an answer is told") {
  Case c;
  Wire wire(c.server);
  wire.send(kWrite);
  c.service.accept();
  c.service.receive("{}");
  const bool whole = GENERATE(true, false);
  c.service.send(kGood + (whole ? "done" : "do"));
  c.wait_for_forgetting();
  CHECK(c.asked == std::vector<std::string>{"AA", "me/contacts/AA"});
  CHECK(wire.is_quiet());
  c.forget();
  if (!whole) c.service.send("ne");
  CHECK(body_of(wire.receive()) == "done");
}

TEST_CASE("what was refused changes no photo") {
  Case c;
  Wire wire(c.server);
  wire.send(kWrite);
  c.service.accept();
  c.service.receive("{}");
  c.service.send("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
  CHECK(status_of(wire.receive()) == "404");
  CHECK(c.asked.empty());
}

TEST_CASE("what breaks off may have changed a photo, and is an error until its head is told") {
  Case c;
  Wire wire(c.server);
  wire.send(kWrite);
  c.service.accept();
  c.service.receive("{}");
  SECTION("before the head") {
    c.service.close();
    c.wait_for_forgetting();
  }
  SECTION("behind it") {
    c.service.send(kGood + "do");
    c.wait_for_forgetting();
    // Small enough for libcurl to see the end although nothing is read.
    c.server.loop.advance(c.upstream->client.timeout);
    c.service.close();
  }
  CHECK(wire.is_quiet());
  c.forget();
  const auto answer = wire.receive_all();
  const bool told = answer.starts_with("HTTP/1.1 200");
  // Either an error, or an answer that nobody can take for complete.
  CHECK((told ? answer.ends_with("(reset)") : status_of(answer) == "502"));
}

TEST_CASE("a client that goes ends a call that only reads") {
  Case c;
  Wire wire(c.server);
  wire.send(kGet);
  c.service.accept();
  c.service.receive("\r\n\r\n");
  wire.reset();
  CHECK(c.service.is_left());
}

TEST_CASE("a call that writes is awaited although its client has gone") {
  Case c;
  Wire wire(c.server);
  wire.send(kWrite);
  c.service.accept();
  c.service.receive("{}");
  wire.reset();
  REQUIRE(c.server.loop.run_until([&] { return c.server.server->counters().open == 0; }));
  for (int i = 0; i < 20; ++i) c.server.loop.turn();
  c.service.send(kGood + "do");
  c.wait_for_forgetting();
  CHECK(c.asked.size() == 2);
  c.forget();
  CHECK(c.service.is_left());  // There is nobody for the rest.
}

TEST_CASE("a streamed answer is counted when it is over, with its bytes") {
  Case c;
  Wire wire(c.server);
  wire.send(kGet);
  c.service.accept();
  c.service.receive("\r\n\r\n");
  c.service.send(kGood + "do");
  wire.settle();
  const auto route = static_cast<std::size_t>(telemetry::Route::graph);
  CHECK(c.metrics.bytes(route) == 0);
  c.service.send("ne");
  CHECK(body_of(wire.receive()) == "done");
  CHECK(c.metrics.bytes(route) == 4);
  CHECK(broken(c.metrics) == Broken{0, 0});
}

TEST_CASE("an answer that is broken off is counted by who has ended it") {
  Case c;
  Wire wire(c.server);
  wire.send(kGet);
  c.service.accept();
  c.service.receive("\r\n\r\n");
  const auto route = static_cast<std::size_t>(telemetry::Route::graph);
  SECTION("nobody, as long as the head is not told") {
    c.service.close();
    CHECK(status_of(wire.receive()) == "502");
    CHECK(broken(c.metrics) == Broken{0, 0});
  }
  SECTION("the service") {
    c.service.send(kGood + "do");
    wire.settle();
    c.service.close();
    CHECK(wire.receive_all().ends_with("(reset)"));
    CHECK(broken(c.metrics) == Broken{1, 0});
    CHECK(c.metrics.bytes(route) == 2);
  }
  SECTION("the client") {
    c.service.send(kGood + "do");
    wire.settle();
    wire.reset();
    CHECK(c.service.is_left());
    CHECK(broken(c.metrics) == Broken{0, 1});
    CHECK(c.metrics.bytes(route) == 2);
  }
}

TEST_CASE("a forwarder may end with calls under way") {
  Case c;
  Wire begun(c.server);
  begun.send(kGet);
  c.service.accept();
  c.service.receive("\r\n\r\n");
  c.service.send(kGood + "do");
  begun.settle();
  Wire waiting(c.server);
  waiting.send(kGet);
  waiting.settle();
  c.forwarder.reset();
  CHECK(begun.receive_all().ends_with("(reset)"));
  CHECK(status_of(waiting.receive_all()) == "500");
}

}  // namespace
}  // namespace likeness::forward
