#include "proxy/origin/http_origin.h"

#include <catch2/catch.hpp>
#include <optional>

#include "tests/support/scripted_server.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::origin;
using test::ScriptedServer;

namespace {

// An origin of one loop that talks to a server of the test's own.
struct Case {
  explicit Case(ScriptedServer::Script script, OriginSettings changed = {})
      : server(std::move(script)),
        settings(std::move(changed)),
        policy(*parse_target(server.url()), settings.redirects, settings.private_addresses),
        origin(loop, settings, policy, server.url() + "/{id}.jpg", 1'000) {}

  Result<Fetched> fetch(std::string_view photo, const Validators& have = {}) {
    std::optional<Result<Fetched>> answer;
    origin.fetch(photo, have, {}, [&](Result<Fetched> result) { answer = std::move(result); });
    CHECK_FALSE(answer.has_value());
    REQUIRE(loop.run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  }

  ScriptedServer server;
  OriginSettings settings;
  SourcePolicy policy;
  test::TestLoop loop;
  HttpOrigin origin;
};

std::string answer(std::string_view status, std::string_view headers, std::string_view body) {
  return "HTTP/1.1 " + std::string(status) + "\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n" + std::string(headers) + "\r\n" + std::string(body);
}

}  // namespace

TEST_CASE("a fetch names the photo and brings its bytes and validators") {
  Case c([](const std::string&) {
    return answer("200 OK", "ETag: \"1\"\r\nLast-Modified: x\r\nCache-Control: max-age=9\r\n",
                  "jpeg");
  });
  const auto fetched = c.fetch("a b");
  REQUIRE(fetched.has_value());
  CHECK(*fetched->bytes == "jpeg");
  CHECK(fetched->validators.etag == "\"1\"");
  CHECK(fetched->validators.last_modified == "x");
  CHECK(fetched->max_age == seconds(9));
  CHECK(c.server.requests().front().starts_with("GET /a%20b.jpg HTTP/1.1\r\n"));
}

TEST_CASE("a fetch with validators is conditional") {
  Case c([](const std::string&) { return answer("304 Not Modified", "ETag: \"1\"\r\n", ""); });
  const auto fetched = c.fetch("ada", {"\"1\"", "Sun, 06 Nov 1994 08:49:37 GMT"});
  REQUIRE(fetched.has_value());
  CHECK(fetched->bytes == nullptr);
  const auto request = c.server.requests().front();
  CHECK(request.find("If-None-Match: \"1\"\r\n") != std::string::npos);
  CHECK(request.find("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n") != std::string::npos);
}

TEST_CASE("an answer over the limit is cut off") {
  SECTION("by its own word") {
    Case c([](const std::string&) { return answer("200 OK", "", std::string(1'001, 'x')); });
    CHECK(c.fetch("ada").error().code == Errc::source_too_large);
  }
  SECTION("without a word") {
    Case c([](const std::string&) {
      return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(1'001, 'x');
    });
    CHECK(c.fetch("ada").error().code == Errc::source_too_large);
  }
}

TEST_CASE("an origin that fails is told from one that has no photo") {
  CHECK(Case([](const std::string&) { return answer("404 Not Found", "", "no"); })
            .fetch("ada")
            .error()
            .code == Errc::no_photo);
  CHECK(Case([](const std::string&) { return answer("302 Found", "Location: /\r\n", ""); })
            .fetch("ada")
            .error()
            .code == Errc::origin_failed);
  CHECK(Case([](const std::string&) { return std::string("SSH-2.0\r\n\r\n"); })
            .fetch("ada")
            .error()
            .code == Errc::origin_failed);
  CHECK(Case([](const std::string&) {
          return std::string("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        })
            .fetch("ada")
            .error()
            .code == Errc::origin_failed);
}

TEST_CASE("an origin that does not answer in time fails by the deadline") {
  OriginSettings settings;
  settings.timeout = milliseconds(50);
  Case c([](const std::string&) { return std::string(ScriptedServer::kSilence); }, settings);
  CHECK(c.fetch("ada").error().code == Errc::origin_timeout);
}

TEST_CASE("an origin that is not there is unreachable") {
  test::TestLoop loop;
  const OriginSettings settings;
  std::string url;
  {
    url = ScriptedServer([](const std::string&) { return std::string(); }).url();
  }
  SourcePolicy policy(*parse_target(url), {}, "auto");
  HttpOrigin origin(loop, settings, policy, url + "/{id}", 1'000);
  std::optional<Result<Fetched>> answer;
  origin.fetch("ada", {}, {}, [&](Result<Fetched> result) { answer = std::move(result); });
  REQUIRE(loop.run_until([&] { return answer.has_value(); }));
  CHECK(answer->error().code == Errc::origin_unreachable);
}

TEST_CASE("requests past the concurrency wait, and past the queue are refused") {
  OriginSettings settings;
  settings.max_concurrent = 2;
  settings.max_queued = 3;
  Case c([](const std::string&) { return answer("200 OK", "", "jpeg"); }, settings);
  int good = 0;
  int overloaded = 0;
  for (int i = 0; i < 10; ++i) {
    c.origin.fetch("ada", {}, {}, [&](Result<Fetched> result) {
      (result ? good : overloaded) += 1;
      if (!result) CHECK(result.error().code == Errc::overloaded);
    });
  }
  CHECK(c.origin.stats().in_flight == 2);
  CHECK(c.origin.stats().queued == 3);
  REQUIRE(c.loop.run_until([&] { return good + overloaded == 10; }));
  CHECK(good == 5);
}

TEST_CASE("an origin may end with fetches in flight") {
  auto c = std::make_unique<Case>(
      [](const std::string&) { return std::string(ScriptedServer::kSilence); });
  bool called = false;
  c->origin.fetch("ada", {}, {}, [&](const Result<Fetched>&) { called = true; });
  REQUIRE(c->loop.run_until([&] { return !c->server.requests().empty(); }));
  c.reset();
  CHECK_FALSE(called);
}
