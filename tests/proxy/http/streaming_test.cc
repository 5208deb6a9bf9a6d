#include <array>
#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "tests/proxy/http/wire.h"

namespace likeness::http {
namespace {

const std::string kHost = "Host: h\r\n\r\n";

std::string get(const std::string& target, const std::string& version = "1.1") {
  return "GET " + target + " HTTP/" + version + "\r\n" + kHost;
}

std::string post(const std::string& fields) {
  return "POST /stream HTTP/1.1\r\n" + fields + "\r\n" + kHost;
}

// A server whose requests for /stream are in the hands of the test.
struct Case {
  explicit Case(HttpSettings settings = {}) : server(std::move(settings)) {
    server.stream = [this](const Request& request, Responder responder) {
      follows = request.body_follows;
      length = request.body_length;
      whole = request.body;
      in = responder.body();
      responder.watch([this] { ++wakes; });
      out.reset();
      duty.emplace(std::move(responder));
    };
  }

  void wait_for_request() {
    REQUIRE(server.loop.run_until([&] { return duty.has_value(); }));
  }

  void begin(std::optional<std::uint64_t> size = std::nullopt, int status = 200) {
    wait_for_request();
    out.emplace(duty->begin({.status = status, .lines = "X-Test: 1\r\n"}, size));
    duty.reset();
  }

  void answer(int status) {
    duty->send({.status = status});
    duty.reset();
  }

  // What has come of the request's body; reads until nothing more is there.
  std::string read(std::size_t size = 100'000) {
    std::string text(size, '\0');
    std::size_t got = 0;
    for (int turns = 0; turns < 20 && got < size; ++turns) {
      got += in->read(text.data() + got, size - got);
      server.loop.turn();
    }
    text.resize(got);
    return text;
  }

  [[nodiscard]] bool ended() {
    return server.loop.run_until([&] { return server.server->counters().open == 0; });
  }

  TestServer server;
  std::optional<Responder> duty;
  std::optional<IncomingBody> in;
  std::optional<OutgoingBody> out;
  std::optional<std::uint64_t> length;
  std::string whole;
  bool follows = false;
  int wakes = 0;
};

// Everything that has come so far, without waiting for an end.
std::string so_far(Wire& wire) {
  wire.settle();
  return wire.take();
}

TEST_CASE("an answer's head and pieces arrive as they are written", "[http]") {
  Case c;
  Wire wire(c.server);
  wire.send(get("/stream") + get("/next"));
  c.begin();
  const auto head = so_far(wire);
  CHECK(status_of(head) == "200");
  CHECK(header_of(head, "Transfer-Encoding") == "chunked");
  CHECK(header_of(head, "Content-Length") == "-");
  CHECK(header_of(head, "X-Test") == "1");
  CHECK(body_of(head).empty());
  c.out->write("first");
  CHECK(so_far(wire) == "5\r\nfirst\r\n");
  c.out->write("");  // An empty chunk would be the last one.
  c.out->write(std::string(17, 'x'));
  CHECK(so_far(wire) == "11\r\n" + std::string(17, 'x') + "\r\n");
  CHECK(c.server.handled == 1);
  c.out->end();
  CHECK(c.server.handled == 1);  // Not from within end().
  const auto rest = so_far(wire);
  CHECK(rest.starts_with("0\r\n\r\nHTTP/1.1 200 OK\r\n"));
  CHECK(rest.ends_with("ID:/next\n"));
  CHECK(c.server.server->counters().accepted == 1);
}

TEST_CASE("an answer of known length is sent with it, and the connection goes on", "[http]") {
  Case c;
  Wire wire(c.server);
  for (const char* version : {"1.1", "1.0"}) {
    wire.send("GET /stream HTTP/" + std::string(version) + "\r\nConnection: keep-alive\r\n" +
              kHost);
    c.begin(6);
    const auto head = so_far(wire);
    CHECK(header_of(head, "Content-Length") == "6");
    CHECK(header_of(head, "Transfer-Encoding") == "-");
    c.out->write("abc");
    CHECK(so_far(wire) == "abc");
    c.out->write("def");
    c.out->end();
    CHECK(so_far(wire) == "def");
  }
  wire.send(get("/next"));
  CHECK(body_of(wire.receive()) == "ID:/next\n");
}

TEST_CASE("an old client sees the end of an answer by that of the connection", "[http]") {
  Case c;
  Wire wire(c.server);
  wire.send("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  c.begin();
  c.out->write("abc");
  c.out->write("def");
  c.out->end();
  const auto all = wire.receive_all();
  CHECK(header_of(all, "Connection") == "close");
  CHECK(header_of(all, "Transfer-Encoding") == "-");
  CHECK(body_of(all) == "abcdef");
}

TEST_CASE("what has no body gets none", "[http]") {
  Case c;
  Wire wire(c.server);
  wire.send("HEAD /stream HTTP/1.1\r\n" + kHost);
  c.begin(1'000);
  c.out->end();
  CHECK(header_of(wire.receive(true), "Content-Length") == "1000");
  for (const int status : {204, 304}) {
    wire.send(get("/stream"));
    c.begin(5, status);
    c.out->write("12345");
    c.out->end();
    const auto answer = wire.receive();
    CHECK(status_of(answer) == std::to_string(status));
    CHECK(header_of(answer, "Content-Length") == "-");
    CHECK(header_of(answer, "Transfer-Encoding") == "-");
  }
  wire.send(get("/next"));
  CHECK(body_of(wire.receive()) == "ID:/next\n");
}

TEST_CASE("an answer that is not complete resets the connection, in every framing", "[http]") {
  struct Way {
    const char* version;
    std::optional<std::uint64_t> length;
    std::string piece;
    bool end;
  };
  for (const Way& way :
       {Way{"1.1", {}, "half", false}, Way{"1.1", 8, "half", false}, Way{"1.0", {}, "half", false},
        Way{"1.0", 8, "half", false}, Way{"1.1", 8, "half", true}, Way{"1.1", 3, "half", false}}) {
    INFO(way.version << " of " << way.length.value_or(0));
    Case c;
    Wire wire(c.server);
    wire.send(get("/stream", way.version) + get("/next"));
    c.begin(way.length);
    wire.settle();
    c.out->write(way.piece);
    wire.settle();
    if (way.end) c.out->end();
    c.out.reset();
    const auto all = wire.receive_all();
    CHECK(all.ends_with("(reset)"));
    CHECK_FALSE(all.contains("\r\n0\r\n"));
    CHECK_FALSE(all.contains("ID:"));
  }
}

TEST_CASE("a reader that is slow has little waiting for it, and wakes who writes", "[http]") {
  Case c;
  Wire wire(c.server, 8'192);
  wire.send(get("/stream"));
  c.begin();
  const std::string piece(16'384, 'p');
  std::size_t written = 0;
  const auto fill = [&] {
    while (!c.out->full()) {
      c.out->write(piece);
      written += piece.size();
    }
  };
  fill();
  wire.settle();
  const int wakes = c.wakes;
  const auto taken = c.server.server->counters().bytes_out;
  CHECK(written - taken < kBodyBuffer + piece.size());
  std::size_t received = 0;
  REQUIRE(c.server.loop.run_until([&] {
    received += wire.take().size();
    return c.wakes > wakes;
  }));
  CHECK_FALSE(c.out->full());
  while (written < 3'000'000) {
    fill();
    received += wire.take().size();
    c.server.loop.turn();
  }
  c.out->end();
  REQUIRE(c.server.loop.run_until([&] {
    received += wire.take().size();
    return received > written && received >= c.server.server->counters().bytes_out;
  }));
  wire.send(get("/next"));
  CHECK(body_of(wire.receive()) == "ID:/next\n");
}

TEST_CASE("a reader that does not read is cut off, and who writes hears of it", "[http]") {
  Case c;
  Wire wire(c.server, 8'192);
  wire.send(get("/stream"));
  c.begin();
  while (!c.out->full()) c.out->write(std::string(16'384, 'p'));
  wire.settle();
  CHECK(c.out->wanted());
  const int wakes = c.wakes;
  c.server.loop.advance(c.server.settings.write_timeout + seconds(2));
  REQUIRE(c.server.loop.run_until([&] { return c.wakes > wakes; }));
  CHECK_FALSE(c.out->wanted());
  CHECK(c.server.server->counters().cut_off == 1);
  c.out->write("to nobody");
  c.out->end();
}

TEST_CASE("an answer that pauses at its source costs its reader nothing", "[http]") {
  Case c;
  Wire wire(c.server);
  wire.send(get("/stream"));
  c.begin();
  c.out->write("abc");
  wire.settle();
  c.server.loop.advance(std::chrono::hours(1));
  c.out->write("def");
  c.out->end();
  CHECK(so_far(wire).ends_with("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n"));
}

TEST_CASE("who writes hears that the client has gone", "[http]") {
  Case c;
  auto wire = std::make_unique<Wire>(c.server);
  wire->send(get("/stream"));
  c.begin();
  wire->settle();
  wire->reset();
  REQUIRE(c.server.loop.run_until([&] { return c.wakes > 0; }));
  CHECK_FALSE(c.out->wanted());
}

TEST_CASE("a body that follows is read as it comes", "[http]") {
  Case c;
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
  Case c;
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
  Case c;
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
  Case c;
  Wire wire(c.server);
  const auto& counters = c.server.server->counters();
  wire.send_only(post("Transfer-Encoding: chunked") + "15f90\r\n" + std::string(90'000, 'x'));
  c.wait_for_request();
  wire.settle();
  CHECK(counters.bytes_in < ConnectionContext::kReadSize + 1'000);
  CHECK(c.read(1) == "x");
  wire.settle();
  CHECK(counters.bytes_in < kBodyBuffer + 2 * ConnectionContext::kReadSize);
  CHECK(c.read() == std::string(89'999, 'x'));
}

TEST_CASE("a client that asks first is told to go on when its body is read", "[http]") {
  Case c;
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
  Case c;
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
  Case c;
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
  Case c;
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
  Case c;
  Wire wire(c.server);
  wire.send(post("Transfer-Encoding: chunked") + "3\r\nabc\r\n");
  c.begin();
  CHECK(c.read() == "abc");
  wire.send("zz\r\n");
  CHECK(wire.receive_all().ends_with("(reset)"));
}

TEST_CASE("a client is not late while nobody reads its body", "[http]") {
  Case c;
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
  Case c;
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
