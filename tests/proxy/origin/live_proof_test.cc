// With whose proof live services are asked.

#include <catch2/catch.hpp>
#include <string>

#include "proxy/origin/ews_origin.h"
#include "proxy/origin/graph_origin.h"
#include "proxy/origin/ucwa_origin.h"
#include "tests/proxy/origin/live_case.h"

using namespace likeness;
using namespace likeness::origin;

TEST_CASE("an app's token is fetched once for all and renewed before it ends") {
  const auto token = [](const std::string& value) {
    return answer("200 OK", R"({"access_token":")" + value + R"(","expires_in":1000})");
  };
  Case<GraphOrigin> c({{"/token", {token("one"), token("two")}},
                       {kPhoto, {metadata("t")}},
                       {kPhoto + "/$value", {answer("200 OK", "photo")}}},
                      Auth::token, std::string("https://s/.default"), GraphFlavour::graph);
  int good = 0;
  for (int i = 0; i < 5; ++i)
    c.origin.fetch("AA", {}, {}, [&](auto result) { good += result.has_value() ? 1 : 0; });
  REQUIRE(c.loop.run_until([&] { return good == 5; }));
  const auto tokens = [&] { return std::ranges::count(c.service.targets(), "/token"); };
  CHECK(tokens() == 1);
  CHECK(c.service.heads().front().starts_with("POST /token HTTP/1.1\r\n"));
  CHECK(c.service.heads().back().find("Authorization: Bearer one\r\n") != std::string::npos);

  c.loop.advance(seconds(600));
  CHECK(c.fetch("AA").has_value());
  CHECK(tokens() == 1);
  c.loop.advance(seconds(101));  // 299 s before its end: the old one serves, a new one is fetched.
  CHECK(c.fetch("AA").has_value());
  REQUIRE(c.loop.run_until([&] { return tokens() == 2; }));
  c.loop.advance(seconds(300));
  CHECK(c.fetch("AA").has_value());
  CHECK(c.service.heads().back().find("Authorization: Bearer two\r\n") != std::string::npos);
  CHECK(tokens() == 2);
}

TEST_CASE("a token that the service refuses is replaced once") {
  const std::string refused =
      answer("401 No", R"({"error":{"code":"InvalidAuthenticationToken","message":"…"}})");
  const std::string token = answer("200 OK", R"({"access_token":"t","expires_in":1000})");
  Case<GraphOrigin> c({{"/token", {token}},
                       {kPhoto, {refused, refused, metadata("t")}},
                       {kPhoto + "/$value", {answer("200 OK", "photo")}}},
                      Auth::token, std::string("scope"), GraphFlavour::graph);
  CHECK(c.fetch("AA").error().code == Errc::origin_refused);
  CHECK(c.service.targets() == Targets{"/token", kPhoto, "/token", kPhoto});
  CHECK(c.fetch("AA").has_value());
}

TEST_CASE("a token endpoint that fails is asked again only after a while") {
  Case<GraphOrigin> c(
      {{"/token",
        {answer("400 Bad", R"({"error":"invalid_client","error_description":"s&cret"})"),
         answer("200 OK", R"({"access_token":"t"})")}},
       {kPhoto, {metadata("t")}},
       {kPhoto + "/$value", {answer("200 OK", "photo")}}},
      Auth::token, std::string("scope"), GraphFlavour::graph);
  const auto error = c.fetch("AA").error();
  CHECK(error.code == Errc::origin_refused);
  CHECK(error.detail == "the token endpoint answered 400");
  CHECK(c.fetch("AA").error().code == Errc::origin_refused);
  CHECK(c.service.targets() == Targets{"/token"});
  c.loop.advance(seconds(6));
  CHECK(c.fetch("AA").has_value());
}

TEST_CASE("what is no token answer brings no token") {
  const auto code = [](int status, std::string body) {
    const auto token = interpret_token({status, {}, std::move(body)}, WallClock::now());
    return token ? std::nullopt : std::optional(token.error().code);
  };
  CHECK_FALSE(code(200, R"({"access_token":"a.b-c","token_type":"Bearer"})"));
  CHECK(code(200, "") == Errc::origin_failed);
  CHECK(code(200, "[]") == Errc::origin_failed);
  CHECK(code(200, R"({"access_token":""})") == Errc::origin_failed);
  CHECK(code(200, R"({"access_token":"a\r\nX: b"})") == Errc::origin_failed);
  CHECK(code(200, R"({"access_token":1})") == Errc::origin_failed);
  CHECK(code(400, R"({"error":"invalid_scope"})") == Errc::origin_refused);
  CHECK(code(401, "") == Errc::origin_refused);
  CHECK(code(429, "") == Errc::throttled);
  CHECK(code(500, "") == Errc::origin_failed);
  const auto lifetime = [](const std::string& expires) {
    return interpret_token({200, {}, R"({"access_token":"t","expires_in":)" + expires + "}"},
                           WallClock::now())
        .value()
        .lifetime;
  };
  CHECK(lifetime("3599") == seconds(3'599));
  CHECK(lifetime("\"3599\"") == seconds(3'599));
  CHECK(lifetime("-1") == seconds(1));
  CHECK(lifetime("1e300") == seconds(86'400));
  CHECK(lifetime("null") == seconds(300));
}

TEST_CASE("the caller's own proof is passed through, and is wanted") {
  const Credentials caller{"Bearer mine", "session=1; cwt_ucwa=c"};
  SECTION("Graph takes the token alone") {
    Case<GraphOrigin> c({{kPhoto, {metadata("t")}}, {kPhoto + "/$value", {answer("200 OK", "p")}}},
                        Auth::caller, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::origin_refused);
    CHECK(c.service.heads().empty());
    CHECK(c.fetch("AA", "", caller).has_value());
    for (const auto& head : c.service.heads()) {
      CHECK(head.find("Authorization: Bearer mine\r\n") != std::string::npos);
      CHECK(head.find("Cookie") == std::string::npos);
    }
  }
  SECTION("UCWA takes its own cookie too") {
    const std::string photo = "/people/3/contactPhoto?size=HR648X648";
    Case<UcwaOrigin> c({{photo, {answer("200 OK", "p", "ETag: 0b2a-unquoted\r\n")}}}, Auth::caller);
    CHECK(c.fetch("3", "", {"", "session=1"}).error().code == Errc::origin_refused);
    CHECK(c.service.heads().empty());
    CHECK(c.fetch("3", "0b2a-unquoted", {"", caller.cookie}).has_value());
    const auto head = c.service.heads().front();
    CHECK(head.find("Cookie: cwt_ucwa=c\r\n") != std::string::npos);
    CHECK(head.find("If-None-Match: 0b2a-unquoted\r\n") != std::string::npos);
    CHECK(head.find("session") == std::string::npos);
  }
}

TEST_CASE("a check asks the origin with the caller's proof, and only where that counts") {
  const Credentials caller{"Bearer mine", {}};
  SECTION("yes, without the bytes") {
    Case<GraphOrigin> c({{kPhoto, {metadata("t")}}}, Auth::caller, GraphFlavour::graph);
    CHECK(c.check("AA", caller).has_value());
    CHECK(c.service.targets() == Targets{kPhoto});
  }
  SECTION("no") {
    Case<GraphOrigin> c({{kPhoto, {answer("403 No", "")}}}, Auth::caller, GraphFlavour::graph);
    CHECK(c.check("AA", caller).error().code == Errc::origin_refused);
    CHECK(c.check("AA", {}).error().code == Errc::origin_refused);
  }
  SECTION("through the whole chain") {
    Case<GraphOrigin> c(
        {{kAddresses, {answer("200 OK", R"({"emailAddresses":[{"address":"a@x"}]})")}},
         {"/v1.0/users/a%40x/photo", {metadata("u")}}},
        Auth::caller, GraphFlavour::graph);
    CHECK(c.check("AA", caller).has_value());
  }
  SECTION("others have no rights of their own") {
    Case<EwsOrigin> c({}, Auth::token);
    CHECK(c.check("a@x", caller).has_value());
    CHECK(c.service.heads().empty());
  }
}
