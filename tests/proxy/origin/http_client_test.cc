#include "proxy/origin/http_client.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "tests/support/told_server.h"

using namespace likeness;
using namespace likeness::origin;

namespace {

// A client, a server that does what the test says, and what the sink of a call has been told.
struct Case {
  explicit Case(OriginSettings changed = {})
      : settings(std::move(changed)),
        server(loop),
        policy(*parse_target(server.url()), {}, "auto"),
        client(std::make_unique<HttpClient>(loop, settings, policy)) {}

  void call(ClientRequest request = {}) {
    request.url = server.url() + "/x";
    request.max_body_bytes = limit;
    call_ = client->stream(std::move(request),
                           {.head =
                                [this](const ClientResponse& response) {
                                  head = response;
                                  if (on_head) on_head();
                                },
                            .piece =
                                [this](std::string_view piece) {
                                  if (closed) return false;
                                  body.append(piece);
                                  if (on_piece) on_piece();
                                  return true;
                                },
                            .done = [this](Result<void> end) { result = std::move(end); }});
  }

  // A body of a request that the test fills.
  BodySource source(std::optional<std::uint64_t> length) {
    return {length, [this](std::span<char> into) -> std::optional<std::size_t> {
              if (to_send.empty() && !all_sent) return std::nullopt;
              const auto size = to_send.copy(into.data(), into.size());
              to_send.erase(0, size);
              return size;
            }};
  }

  [[nodiscard]] bool wait(const std::function<bool()>& until) { return loop.run_until(until); }
  void turn() {
    for (int i = 0; i < 20; ++i) loop.turn();
  }

  test::TestLoop loop;
  OriginSettings settings;
  test::ToldServer server;
  SourcePolicy policy;
  std::unique_ptr<HttpClient> client;
  HttpClient::Call call_;
  std::size_t limit = 64 * kMiB;
  std::optional<ClientResponse> head;
  std::optional<Result<void>> result;
  std::string body;
  std::string to_send;
  bool all_sent = false;
  bool closed = false;  // The sink takes nothing.
  std::function<void()> on_head;
  std::function<void()> on_piece;
};

constexpr std::string_view kHead = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n";

}  // namespace

TEST_CASE("a call is told its answer's head and pieces as they come") {
  Case c;
  c.call();
  CHECK_FALSE(c.head);
  c.server.accept();
  CHECK_THAT(c.server.receive("\r\n\r\n"), Catch::StartsWith("GET /x HTTP/1.1\r\n"));
  c.server.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + std::string(kHead));
  REQUIRE(c.wait([&] { return c.head.has_value(); }));
  CHECK(c.head->status == 200);
  CHECK(c.head->header("link").empty());
  CHECK(c.head->length() == 8);
  for (const std::string expected : {"abcd", "abcdefgh"}) {
    c.server.send(expected.substr(expected.size() - 4));
    REQUIRE(c.wait([&] { return c.body == expected; }));
  }
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  CHECK(c.result->has_value());
}

TEST_CASE("an answer in chunks has no length, whatever it says of one") {
  CHECK_FALSE(ClientResponse{200, {{"content-length", "3"}, {"transfer-encoding", "chunked"}}, {}}
                  .length());
  CHECK_FALSE(ClientResponse{200, {{"content-length", "3, 3"}}, {}}.length());
  CHECK_FALSE(ClientResponse{200, {}, {}}.length());
  CHECK(ClientResponse{200, {{"content-length", "0"}}, {}}.length() == 0);
}

TEST_CASE("a sink that takes nothing holds the origin up, and gets every byte later") {
  Case c;
  c.closed = true;
  c.call();
  c.server.accept();
  c.server.receive("\r\n\r\n");
  std::string all(32 * kMiB, '\0');
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<char>(i % 251);
  c.server.send("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(all.size()) + "\r\n\r\n");
  const std::size_t sent = c.server.send_what_goes(all);
  CHECK(sent < all.size());
  // The origin's time stands still.
  c.loop.advance(c.settings.timeout * 2);
  c.turn();
  CHECK_FALSE(c.result.has_value());
  CHECK(c.body.empty());
  c.call_.resume();
  c.turn();
  CHECK(c.body.empty());
  c.closed = false;
  CHECK(c.body.empty());  // Not from within resume().
  c.call_.resume();
  c.server.send(std::string_view(all).substr(sent));
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  CHECK(c.result->has_value());
  CHECK(c.body == all);
}

TEST_CASE("an answer that breaks off, lasts too long or grows too large ends with an error") {
  Case c;
  c.limit = 16;
  c.call();
  c.server.accept();
  c.server.receive("\r\n\r\n");
  Errc expected = Errc::origin_failed;
  c.server.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nabcd\r\n");
  REQUIRE(c.wait([&] { return c.body == "abcd"; }));
  SECTION("by the end of the connection") { c.server.close(); }
  SECTION("by a reset") { c.server.close(true); }
  SECTION("by a bad chunk") { c.server.send("zz\r\n"); }
  SECTION("too late") {
    c.loop.advance(c.settings.timeout);
    expected = Errc::origin_timeout;
  }
  SECTION("too large") {
    c.server.send("d\r\n0123456789abc\r\n");
    expected = Errc::source_too_large;
  }
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  REQUIRE_FALSE(c.result->has_value());
  CHECK(c.result->error().code == expected);
}

TEST_CASE("an answer that says it is too large is refused before its head is told") {
  Case c;
  c.limit = 7;
  c.call();
  c.server.accept();
  c.server.receive("\r\n\r\n");
  c.server.send(kHead);
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  CHECK(c.result->error().code == Errc::source_too_large);
  CHECK_FALSE(c.head);
}

TEST_CASE("a call may be ended at any time, from within it too") {
  Case c;
  bool told = false;
  SECTION("before it begins") {
    c.call();
    c.call_.cancel();
    c.turn();
    CHECK(c.client->stats().in_flight == 0);
    return;
  }
  SECTION("in its head") {
    c.on_head = [&] { c.call_.cancel(); };
  }
  SECTION("in a piece") {
    c.on_piece = [&] { c.call_.cancel(); };
  }
  SECTION("while it is paused") {
    c.closed = true;
    c.on_head = [&] { told = true; };
  }
  c.call();
  c.server.accept();
  c.server.receive("\r\n\r\n");
  c.server.send(std::string(kHead) + "abcd");
  if (c.closed) {
    REQUIRE(c.wait([&] { return told; }));
    c.turn();
    c.call_.cancel();
  }
  CHECK(c.server.is_left());
  c.turn();
  CHECK_FALSE(c.result.has_value());
  CHECK(c.client->stats().in_flight == 0);
}

TEST_CASE("a call that is ended in the queue leaves its place") {
  Case c({.max_concurrent = 1});
  c.call();
  auto first = c.call_;
  c.call();
  CHECK(c.client->stats().queued == 1);
  c.call_.cancel();
  c.turn();
  CHECK(c.client->stats().queued == 0);
  first.cancel();
  c.turn();
  CHECK(c.client->stats().in_flight == 0);
}

TEST_CASE("a body is sent while it comes") {
  Case c;
  const bool counted = GENERATE(true, false);
  c.to_send = "first";
  c.call({.method = "PATCH",
          .headers = {"Expect:"},
          .source = c.source(counted ? std::optional<std::uint64_t>(9) : std::nullopt)});
  c.server.accept();
  const auto begun = c.server.receive("first");
  CHECK_THAT(begun, Catch::StartsWith("PATCH /x HTTP/1.1\r\n"));
  CHECK_THAT(begun,
             Catch::Contains(counted ? "Content-Length: 9\r\n" : "Transfer-Encoding: chunked\r\n"));
  // That is the client's time, not the origin's.
  c.turn();
  c.loop.advance(c.settings.timeout * 2);
  c.turn();
  CHECK_FALSE(c.result.has_value());
  c.to_send = "last";
  c.all_sent = true;
  c.call_.resume();
  CHECK_THAT(c.server.receive(counted ? "last" : "\r\n0\r\n\r\n"), Catch::Contains("last"));
  c.server.send(std::string(kHead) + "12345678");
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  CHECK(c.result->has_value());
  CHECK(c.body == "12345678");
}

TEST_CASE("an origin that refuses a body before its end is heard") {
  Case c;
  c.to_send = "first";
  c.call({.method = "PUT", .headers = {"Expect:"}, .source = c.source(1'000)});
  c.server.accept();
  c.server.receive("first");
  c.turn();
  c.on_head = [&] { c.call_.resume(); };
  c.server.send("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno");
  REQUIRE(c.wait([&] { return c.result.has_value(); }));
  CHECK(c.result->has_value());
  CHECK(c.head->status == 401);
  CHECK(c.body == "no");
}

TEST_CASE("a client may end with calls in every state") {
  Case c;
  c.closed = true;
  c.call();
  c.server.accept();
  c.server.receive("\r\n\r\n");
  c.server.send(std::string(kHead) + "abcd");
  REQUIRE(c.wait([&] { return c.head.has_value(); }));
  c.turn();
  c.client.reset();
  c.call_.resume();
  c.call_.cancel();
  c.turn();
  CHECK_FALSE(c.result.has_value());
}
