#include <catch2/catch.hpp>
#include <string>

#include "tests/proxy/http/stream_case.h"
#include "tests/proxy/http/wire.h"

namespace likeness::http {
namespace {

TEST_CASE("a body that follows is read as it comes", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Content-Length: 60000") + std::string(10'000, 'a'));
  c.wait_for_request();
  CHECK(c.follows);
  CHECK(c.length == 60'000);
  CHECK(c.whole.empty());
  CHECK(c.read() == std::string(10'000, 'a'));
  CHECK_FALSE(c.in->complete());
  const int wakes = c.wakes;
  wire.send(std::string(20'000, 'b'));
  REQUIRE(c.server.loop.run_until([&] { return c.wakes > wakes; }));
  CHECK(c.read(7) == "bbbbbbb");
  CHECK(c.read().size() == 20'000 - 7);
  wire.send(std::string(30'000, 'c') + get("/next"));
  CHECK(c.read().size() == 30'000);
  CHECK(c.in->complete());
  CHECK_FALSE(c.in->failed());
  CHECK(c.server.handled == 1);
  c.answer(201);
  CHECK(header_of(wire.receive(), "Connection") == "-");
  CHECK(body_of(wire.receive()) == "ID:/next\n");
  CHECK(c.in->failed());  // The next request is not its own.
}

TEST_CASE("a body in chunks is read as it comes", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
  c.wait_for_request();
  CHECK(c.follows);
  CHECK_FALSE(c.length);
  CHECK(c.read() == "abc");
  wire.send("4;x=y\r\nde");
  wire.settle();
  CHECK(c.read() == "de");
  wire.send("fg\r\n0\r\nTrailer: 1\r\n\r\n" + get("/next"));
  wire.settle();
  CHECK(c.read() == "fg");
  CHECK(c.in->complete());
  c.answer(200);
  CHECK(status_of(wire.receive()) == "200");
  CHECK(body_of(wire.receive()) == "ID:/next\n");
}

TEST_CASE("a body that has come, or is small, is handed out whole", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  for (const std::string framed :
       {"Content-Length: 3|abc", "Transfer-Encoding: chunked|3\r\nabc\r\n0\r\n\r\n"}) {
    const auto bar = framed.find('|');
    wire.send(post(framed.substr(0, bar)) + framed.substr(bar + 1));
    c.wait_for_request();
    CHECK_FALSE(c.follows);
    CHECK(c.whole == "abc");
    c.answer(200);
    CHECK(status_of(wire.receive()) == "200");
  }
  wire.send(post("Content-Length: " + std::to_string(kBodyBuffer)));
  wire.settle();
  CHECK_FALSE(c.duty);
  wire.send(std::string(kBodyBuffer, 'x'));
  c.wait_for_request();
  CHECK(c.whole.size() == kBodyBuffer);
  c.answer(200);
}

TEST_CASE("no more of a body is taken than is asked for", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  const auto& counters = c.server.server->counters();
  wire.send_only(post("Transfer-Encoding: chunked") + "15f90\r\n" + std::string(90'000, 'x'));
  c.wait_for_request();
  wire.settle();
  CHECK(counters.bytes_in < Turn::kReadSize + 1'000);
  CHECK(c.read(1) == "x");
  wire.settle();
  CHECK(counters.bytes_in < kBodyBuffer + 2 * Turn::kReadSize);
  CHECK(c.read() == std::string(89'999, 'x'));
}

TEST_CASE("a client that asks first is told to go on when its body is read", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  const auto request = post("Content-Length: 50000\r\nExpect: 100-continue");
  wire.send(request);
  c.wait_for_request();
  CHECK(wire.is_quiet());
  CHECK(c.read().empty());
  CHECK(wire.receive() == "HTTP/1.1 100 Continue\r\n\r\n");
  CHECK(c.read().empty());
  CHECK(wire.is_quiet());
  wire.send(std::string(50'000, 'x'));
  CHECK(c.read().size() == 50'000);
  c.answer(200);
  CHECK(header_of(wire.receive(), "Connection") == "-");
  wire.send(request);
  c.wait_for_request();
  c.answer(401);
  const auto answer = wire.receive_all();
  CHECK(status_of(answer) == "401");
  CHECK(header_of(answer, "Connection") == "close");
}

TEST_CASE("an answer that does not wait for the body is the connection's last", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Content-Length: 99999") + std::string(40'000, 'x'));
  c.wait_for_request();
  CHECK(c.read().size() == 40'000);
  c.begin(2);
  c.out->write("no");
  CHECK(c.read().empty());
  wire.send(std::string(20'000, 'x'));  // It may still be of use to the handler.
  CHECK(c.read().size() == 20'000);
  c.out->end();
  CHECK(c.in->failed());
  const auto answer = wire.receive();
  CHECK(header_of(answer, "Connection") == "close");
  CHECK(body_of(answer) == "no");
  wire.send(std::string(39'999, 'x') + get("/next"));
  CHECK(wire.receive_all().empty());
  CHECK(c.server.handled == 1);
}

TEST_CASE("a body that turns out too large is the handler's to refuse", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Transfer-Encoding: chunked"));
  c.wait_for_request();
  CHECK(c.read().empty());
  std::string chunks;
  for (int i = 0; i < 7; ++i) chunks += "4000\r\n" + std::string(16'384, 'x') + "\r\n";
  wire.send(chunks);
  c.read();
  CHECK(c.in->too_large());
  CHECK_FALSE(c.in->failed());
  CHECK(c.wakes > 0);
  c.answer(413);
  const auto all = wire.receive();
  CHECK(status_of(all) == "413");
  CHECK(header_of(all, "Connection") == "close");
}

TEST_CASE("a body that is broken, late or cut short is refused, and the handler hears of it",
          "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
  c.wait_for_request();
  CHECK(c.read() == "abc");
  const int wakes = c.wakes;
  std::string expected;
  SECTION("broken") {
    wire.send("zz\r\n");
    expected = "400";
  }
  SECTION("late") {
    c.server.loop.advance(c.server.settings.body_timeout + seconds(2));
    expected = "408";
  }
  SECTION("cut short") { wire.end_sending(); }
  REQUIRE(c.server.loop.run_until([&] { return c.wakes > wakes; }));
  CHECK(c.in->failed());
  c.duty.reset();
  CHECK(status_of(wire.receive_all()) == expected);
}

TEST_CASE("a broken body resets an answer that has begun", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
  c.begin();
  CHECK(c.read() == "abc");
  wire.send("zz\r\n");
  CHECK(wire.receive_all().ends_with("(reset)"));
}

TEST_CASE("a client is not late while nobody reads its body", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send_only(post("Content-Length: 99000") + std::string(99'000, 'x'));
  c.wait_for_request();
  c.server.loop.advance(c.server.settings.body_timeout * 2);
  wire.settle();
  CHECK(c.read(1) == "x");
  wire.settle();
  c.server.loop.advance(c.server.settings.body_timeout * 2);
  wire.settle();
  CHECK(c.read().size() == 98'999);
  CHECK(c.in->complete());
  c.answer(200);
  CHECK(status_of(wire.receive()) == "200");
}

TEST_CASE("a server may end with bodies under way", "[http]") {
  StreamCase c;
  Wire wire(c.server);
  wire.send(post("Content-Length: 99000") + std::string(40'000, 'x'));
  c.begin();
  c.out->write("abc");
  CHECK(c.read().size() == 40'000);
  c.server.destroy();
  CHECK(c.in->failed());
  CHECK_FALSE(c.out->wanted());
  c.out->write("abc");
  c.out->end();
}

}  // namespace
}  // namespace likeness::http
