#include "proxy/http/connection.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/proxy/http/wire.h"

namespace likeness::http {
namespace {

const std::string kHost = "Host: h\r\n\r\n";

std::string get(const std::string& target) { return "GET " + target + " HTTP/1.1\r\n" + kHost; }

TEST_CASE("an answer has a date, its length, and goes on", "[http]") {
  TestServer server;
  Wire wire(server);
  for (int i = 0; i < 3; ++i) {
    wire.send(get("/a"));
    const auto answer = wire.receive();
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\nDate: "));
    CHECK(parse_date(header_of(answer, "Date")) > 1'700'000'000);
    CHECK(header_of(answer, "Content-Length") == "6");
    CHECK(header_of(answer, "Content-Type") == "text/plain");
    CHECK(header_of(answer, "X-Test") == "1");
    CHECK(header_of(answer, "Connection") == "-");
    CHECK(body_of(answer) == "ID:/a\n");
  }
  CHECK(server.server->counters().accepted == 1);
}

TEST_CASE("HEAD gets the length and no body", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send("HEAD /a HTTP/1.1\r\n" + kHost + get("/b"));
  const auto answer = wire.receive(true);
  CHECK(header_of(answer, "Content-Length") == "6");
  CHECK(body_of(answer).empty());
  CHECK(body_of(wire.receive()) == "ID:/b\n");
}

TEST_CASE("304 and 204 have neither body nor length", "[http]") {
  TestServer server;
  Wire wire(server);
  for (const std::string status : {"304", "204"}) {
    wire.send(get("/" + status) + get("/b"));
    const auto answer = wire.receive();
    CHECK(status_of(answer) == status);
    CHECK(header_of(answer, "ETag") == "\"x\"");
    CHECK(header_of(answer, "Content-Length") == "-");
    CHECK(body_of(wire.receive()) == "ID:/b\n");
  }
}

TEST_CASE("the connection ends when the client says so, and the answer says it", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send("GET /a HTTP/1.1\r\nConnection: close\r\n" + kHost);
  const auto answer = wire.receive_all();
  CHECK(header_of(answer, "Connection") == "close");
  CHECK(body_of(answer) == "ID:/a\n");
  CHECK(server.server->counters().open == 0);
}

TEST_CASE("HTTP/1.0 ends after one answer unless it asks to go on", "[http]") {
  TestServer server;
  Wire once(server);
  once.send("GET /a HTTP/1.0\r\n\r\n");
  CHECK(body_of(once.receive_all()) == "ID:/a\n");
  Wire twice(server);
  for (int i = 0; i < 2; ++i) {
    twice.send("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(header_of(twice.receive(), "Connection") == "keep-alive");
  }
}

TEST_CASE("pipelined requests are answered in order, one in flight at a time", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send(get("/1") + get("/later?2") + get("/3") + get("/later?4"));
  CHECK(body_of(wire.receive()) == "ID:/1\n");
  CHECK(wire.is_quiet());
  CHECK(server.handled == 2);
  server.answer_parked(0);
  CHECK(server.handled == 2);  // Not from within send().
  CHECK(body_of(wire.receive()) == "ID:/later?2\n");
  CHECK(body_of(wire.receive()) == "ID:/3\n");
  CHECK(wire.is_quiet());
  server.answer_parked(1);
  CHECK(body_of(wire.receive()) == "ID:/later?4\n");
}

TEST_CASE("a client that has ended its sending still gets its answers", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send(get("/1") + get("/later?2") + get("/3"));
  wire.end_sending();
  wire.settle();
  CHECK(server.parked.at(0).wanted());
  server.answer_parked(0);
  const auto all = wire.receive_all();
  CHECK(all.find("ID:/1\n") < all.find("ID:/later?2\n"));
  CHECK(all.find("ID:/later?2\n") < all.find("ID:/3\n"));
  CHECK(all.ends_with("ID:/3\n"));
  CHECK(server.loop.watched() == 1);
}

TEST_CASE("nothing is wanted any more when the client has gone", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send(get("/later"));
  wire.settle();
  REQUIRE(server.parked.size() == 1);
  CHECK(server.parked[0].wanted());
  wire.reset();
  CHECK(server.loop.run_until([&] { return !server.parked[0].wanted(); }));
  server.answer_parked(0);
  CHECK(server.server->counters().open == 0);
}

TEST_CASE("a handler that throws or forgets to answer costs a 500 and the connection", "[http]") {
  TestServer server;
  for (const char* target : {"/throw", "/drop"}) {
    Wire wire(server);
    wire.send(get(target) + get("/next"));
    const auto all = wire.receive_all();
    CHECK(status_of(all) == "500");
    CHECK(header_of(all, "Connection") == "close");
    CHECK(all.find("HTTP/1.1", 1) == std::string::npos);
  }
}

TEST_CASE("a malformed request gets one error and a close, never more", "[http]") {
  TestServer server;
  for (const std::string bad :
       {"GET /a\r\n", "GET /a HTTP/2.0\r\n", "GET /a HTTP/1.1\nHost: h\n\n",
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nNo colon\r\n\r\n",
        "POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\nHost: h\r\n\r\n"}) {
    Wire wire(server);
    wire.send(get("/ok"));
    CHECK(status_of(wire.receive()) == "200");
    // What follows looks like requests, and must not be taken for them.
    wire.send(bad + get("/x") + get("/y"));
    const auto all = wire.receive_all();
    INFO(bad << all);
    CHECK((status_of(all) == "400" || status_of(all) == "505"));
    CHECK(header_of(all, "Connection") == "close");
    CHECK(all.find("HTTP/1.1 ", 1) == std::string::npos);
  }
  CHECK(server.handled == 6);
  CHECK(server.server->counters().bad_requests == 6);
}

TEST_CASE("the handler answers for a wanted body over its limit, and the client sees it",
          "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send("POST / HTTP/1.1\r\nContent-Length: 20000000\r\n" + kHost);
  wire.send(std::string(8'000'000, 'x'));
  const auto answer = wire.receive();
  CHECK(status_of(answer) == "413");
  CHECK(answer.find("Connection: close") != std::string::npos);
  wire.end_sending();
  CHECK(wire.receive_all().empty());
}

TEST_CASE("the client sees a refusal although it goes on sending", "[http]") {
  TestServer server;
  Wire wire(server);
  // Far more than the sockets hold: closing at once would reset the connection.
  wire.send("PUT / HTTP/1.1\r\nContent-Length: 20000000\r\n" + kHost);
  wire.send(std::string(8'000'000, 'x'));
  const auto answer = wire.receive();
  CHECK(status_of(answer) == "413");
  wire.end_sending();
  CHECK(wire.receive_all().empty());
}

TEST_CASE("bodies come whole, and an unwanted one is thrown away", "[http]") {
  TestServer server;
  Wire wire(server);
  const std::string body(50'000, 'z');
  wire.send("POST /a HTTP/1.1\r\nContent-Length: 50000\r\n" + kHost + body + get("/b"));
  CHECK(body_of(wire.receive()) == "ID:/a " + body + "\n");
  CHECK(body_of(wire.receive()) == "ID:/b\n");
  wire.send("PUT /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" + kHost + "3\r\nabc\r\n");
  CHECK(wire.is_quiet());
  wire.send("0\r\n\r\n" + get("/d"));
  CHECK(body_of(wire.receive()) == "ID:/c\n");
  CHECK(body_of(wire.receive()) == "ID:/d\n");
}

TEST_CASE("a client that asks first is told to go on", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send("POST /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" + kHost);
  CHECK(wire.receive() == "HTTP/1.1 100 Continue\r\n\r\n");
  wire.send("abc");
  CHECK(body_of(wire.receive()) == "ID:/a abc\n");
  wire.send("PUT /a HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n" + kHost);
  CHECK(header_of(wire.receive(), "Connection") == "close");
}

TEST_CASE("a request that never ends is answered 408 at its deadline", "[http]") {
  TestServer server;
  Wire head(server);
  Wire body(server);
  head.send("GET /a HTTP/1.1\r\nHo");
  body.send("POST /a HTTP/1.1\r\nContent-Length: 3\r\n" + kHost + "a");
  head.settle();
  server.loop.advance(server.settings.head_timeout / 2);
  head.send("st: h\r\nX:");  // More bytes buy no more time.
  head.settle();
  server.loop.advance(server.settings.head_timeout / 2 + seconds(2));
  CHECK(status_of(head.receive()) == "408");
  CHECK(body.is_quiet());
  server.loop.advance(server.settings.body_timeout);
  CHECK(status_of(body.receive()) == "408");
  CHECK(server.server->counters().timeouts == 2);
  // The clients do not react: the connections end all the same.
  server.loop.advance(seconds(5));
  CHECK(server.loop.run_until([&] { return server.server->counters().open == 0; }));
}

TEST_CASE("an idle connection ends without a word, a waiting one does not", "[http]") {
  TestServer server;
  Wire idle(server);
  Wire waiting(server);
  idle.send(get("/a"));
  CHECK(status_of(idle.receive()) == "200");
  waiting.send(get("/later"));
  waiting.settle();
  server.loop.advance(server.settings.idle_timeout + seconds(2));
  CHECK(idle.receive_all().empty());
  CHECK(waiting.is_quiet());
  server.answer_parked(0);
  CHECK(status_of(waiting.receive()) == "200");
}

TEST_CASE("a large answer arrives whole at a slow reader, kept or copied", "[http]") {
  TestServer server;
  for (const bool keep : {false, true}) {
    server.keep_bodies = keep;
    Wire slow(server, 8'192);
    Wire other(server);
    slow.send(get("/size/5000000") + get("/after"));
    slow.settle();
    other.send(get("/a"));
    CHECK(body_of(other.receive()) == "ID:/a\n");
    CHECK(body_of(slow.receive()) == std::string(5'000'000, 'b'));
    CHECK(body_of(slow.receive()) == "ID:/after\n");
  }
  CHECK(server.server->counters().bytes_out > 10'000'000);
}

TEST_CASE("answers that the socket cuts off anywhere, heads included, arrive whole", "[http]") {
  TestServer server;
  for (const bool keep : {false, true}) {
    server.keep_bodies = keep;
    Wire slow(server, 8'192);
    std::string requests;
    const auto size_of = [](int i) {
      return static_cast<std::size_t>(i % 7 == 0 ? 70'001 : i * 3);
    };
    for (int i = 0; i < 500; ++i) requests += get("/size/" + std::to_string(size_of(i)));
    slow.send_only(requests);
    slow.settle();
    const int handled = server.handled;
    for (int i = 0; i < 500; ++i) REQUIRE(body_of(slow.receive()) == std::string(size_of(i), 'b'));
    CHECK(server.handled > handled);
  }
}

TEST_CASE("a client that pipelines and never reads is bounded and cut off", "[http]") {
  TestServer server;
  Wire wire(server, 8'192);
  std::string many;
  for (int i = 0; i < 200; ++i) many += get("/size/100000");
  wire.send(many);
  wire.settle();
  // The sockets hold a few megabytes; nothing is made that they do not take.
  const int handled = server.handled;
  CHECK(handled < 150);
  wire.settle();
  CHECK(server.handled == handled);
  server.loop.advance(server.settings.write_timeout + seconds(2));
  CHECK(server.loop.run_until([&] { return server.server->counters().open == 0; }));
  CHECK(server.server->counters().cut_off == 1);
}

TEST_CASE("input waits unread while a request is being handled", "[http]") {
  TestServer server;
  Wire wire(server);
  wire.send(get("/later"));
  wire.settle();
  wire.send_only(std::string(200'000, 'x'));
  wire.settle();
  CHECK(server.server->counters().bytes_in <
        server.settings.max_head_bytes + Turn::kReadSize + 1'000);
}

TEST_CASE("an answer beyond the output limit cuts the client off", "[http]") {
  TestServer server(HttpSettings{.max_pending_output_bytes = 1'000'000});
  Wire wire(server, 8'192);
  wire.send(get("/size/20000000"));
  CHECK(wire.receive_all().size() < 20'000'000);
  CHECK(server.server->counters().cut_off == 1);
}

}  // namespace
}  // namespace likeness::http
