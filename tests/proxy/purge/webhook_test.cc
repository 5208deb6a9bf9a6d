#include "proxy/purge/webhook.h"

#include <catch2/catch.hpp>

#include "tests/support/scripted_server.h"
#include "tests/support/test_loop.h"

namespace likeness::purge {
namespace {

using test::ScriptedServer;
using test::TestLoop;

constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::string_view kBusy =
    "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::string_view kWrong =
    "HTTP/1.1 403 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

// A CDN's purge endpoint that answers what the test says, and a webhook that knows it.
struct Case {
  explicit Case(ScriptedServer::Script script) : server(std::move(script)) {
    settings.url = server.url() + "/purge?by={tag_list}";
    settings.method = "PURGE";
    settings.headers = {"Surrogate-Key: {tags}"};
    settings.secret_header = "Fastly-Key: s3cret";
    settings.timeout = std::chrono::hours(10'000);  // settle() lets time fly.
  }
  bool settle(Webhook& webhook) {
    return loop.run_until([&] {
      loop.advance(settings.retry_max);
      return webhook.stats().queued == 0;
    });
  }

  TestLoop loop;
  ScriptedServer server;
  PurgeSettings settings;
};

TEST_CASE("places are filled in with the tags") {
  CHECK(fill_in("x {tags}; {tag_list}; {tags}", {"a", "b"}) == "x a b; a,b; a b");
  CHECK(fill_in(R"({"tags":{tag_json}})", {"a", "b"}) == R"({"tags":["a","b"]})");
  CHECK(fill_in("{tag_json} {other}", {}) == "[] {other}");
}

TEST_CASE("the CDN is asked as the settings spell it") {
  Case c([](const std::string&) { return std::string(kOk); });
  Webhook webhook(c.loop, c.settings);
  CHECK(webhook.enqueue({"p-1", "m-2"}));
  REQUIRE(c.settle(webhook));
  CHECK(webhook.stats().sent == 1);
  const auto requests = c.server.requests();
  REQUIRE(requests.size() == 1);
  CHECK_THAT(requests[0], Catch::StartsWith("PURGE /purge?by=p-1,m-2 HTTP/1.1\r\n") &&
                              Catch::Contains("\r\nSurrogate-Key: p-1 m-2\r\n") &&
                              Catch::Contains("\r\nFastly-Key: s3cret\r\n"));
}

TEST_CASE("a long order is several requests, in its order") {
  Case c([](const std::string&) { return std::string(kOk); });
  c.settings.max_tags = 2;
  Webhook webhook(c.loop, c.settings);
  CHECK(webhook.enqueue({"1", "2", "3", "4", "5"}));
  REQUIRE(c.settle(webhook));
  const auto requests = c.server.requests();
  REQUIRE(requests.size() == 3);
  CHECK_THAT(requests[0], Catch::Contains("?by=1,2 "));
  CHECK_THAT(requests[2], Catch::Contains("?by=5 "));
}

TEST_CASE("what fails for the moment is tried again") {
  int left = 3;
  Case c([&](const std::string&) { return std::string(left-- > 0 ? kBusy : kOk); });
  Webhook webhook(c.loop, c.settings);
  CHECK(webhook.enqueue({"p-1"}));
  REQUIRE(c.settle(webhook));
  CHECK(webhook.stats().sent == 1);
  CHECK(webhook.stats().retried == 3);
  CHECK(webhook.stats().lost == 0);
}

TEST_CASE("what fails too often, or is refused, is given up, and the next one goes on") {
  Case c([](const std::string& head) {
    return std::string(head.contains("by=busy") ? kBusy : head.contains("by=bad") ? kWrong : kOk);
  });
  c.settings.max_attempts = 3;
  Webhook webhook(c.loop, c.settings);
  for (const char* tag : {"busy", "bad", "good"}) CHECK(webhook.enqueue({tag}));
  REQUIRE(c.settle(webhook));
  CHECK(webhook.stats().lost == 2);
  CHECK(webhook.stats().sent == 1);
  CHECK(c.server.requests().size() == 3 + 1 + 1);
}

TEST_CASE("a full queue refuses") {
  Case c([](const std::string&) { return std::string(kOk); });
  c.settings.max_queued = 2;
  Webhook webhook(c.loop, c.settings);
  CHECK(webhook.enqueue({"1"}));
  CHECK(webhook.enqueue({"2"}));
  CHECK_FALSE(webhook.enqueue({"3"}));
  CHECK(webhook.stats().lost == 1);
  REQUIRE(c.settle(webhook));
  CHECK(webhook.stats().sent == 2);
}

TEST_CASE("a secret that cannot be read stops the start") {
  Case c([](const std::string&) { return std::string(kOk); });
  c.settings.secret_header = "env:LIKENESS_NO_SUCH_VARIABLE";
  CHECK_THROWS_AS(Webhook(c.loop, c.settings), std::runtime_error);
}

}  // namespace
}  // namespace likeness::purge
