#include <catch2/catch.hpp>
#include <optional>
#include <string>

#include "tests/proxy/http/stream_case.h"
#include "tests/proxy/http/wire.h"

namespace likeness::http {
namespace {

TEST_CASE("an answer's head and pieces arrive as they are written", "[http]") {
  StreamCase c;
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
  StreamCase c;
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
  StreamCase c;
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
  StreamCase c;
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
    StreamCase c;
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
  StreamCase c;
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
  StreamCase c;
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
  StreamCase c;
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
  StreamCase c;
  auto wire = std::make_unique<Wire>(c.server);
  wire->send(get("/stream"));
  c.begin();
  wire->settle();
  wire->reset();
  REQUIRE(c.server.loop.run_until([&] { return c.wakes > 0; }));
  CHECK_FALSE(c.out->wanted());
}

}  // namespace
}  // namespace likeness::http
