#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <optional>

#include "proxy/origin/ews_origin.h"
#include "proxy/origin/graph_origin.h"
#include "proxy/origin/ucwa_origin.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::origin;
using test::ScriptedServer;

namespace {

std::string answer(const std::string& status, const std::string& body,
                   const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

std::string metadata(const std::string& tag) {
  return answer("200 OK", R"({"@odata.mediaEtag":")" + tag + R"(","width":648,"height":648})");
}

const std::string kNone =
    answer("404 Not Found", R"({"error":{"code":"ImageNotFound","message":"…"}})");

std::string target_of(const std::string& head) {
  const auto begin = head.find(' ') + 1;
  return head.substr(begin, head.find(' ', begin) - begin);
}

// A service that answers each target with the next of its answers, the last one for ever; what it
// was not told of is not there.
class Service {
 public:
  using Answers = std::map<std::string, std::deque<std::string>>;
  explicit Service(Answers answers)
      : answers_(std::move(answers)), server_([this](const std::string& head) {
          auto& left = answers_[target_of(head)];
          if (left.empty()) return kNone;
          const std::string next = left.front();
          if (left.size() > 1) left.pop_front();
          return next;
        }) {}
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<std::string> heads() const { return server_.requests(); }
  [[nodiscard]] std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (const auto& head : heads()) targets.push_back(target_of(head));
    return targets;
  }

 private:
  Answers answers_;
  ScriptedServer server_;
};

LiveShared shared_with(const Service& service, Auth auth, const std::string& scope) {
  const Target target = *parse_target(service.url());
  return {.auth = auth,
          .max_bytes = 1'000,
          .policy = {target, {}, "auto"},
          .token_policy = {target, {}, "auto"},
          .tokens = scope.empty() ? TokenSource("static")
                                  : TokenSource(ClientCredentials{service.url() + "/token",
                                                                  "app&id", "s&cret", scope}),
          .slots = std::make_shared<Slots>(4, 100)};
}

// One loop's origin of a kind.
template <class OriginKind>
struct Case {
  template <class... More>
  explicit Case(Service::Answers answers, Auth auth, More... more)
      : Case(std::move(answers), auth, std::string(), more...) {}
  template <class... More>
  Case(Service::Answers answers, Auth auth, const std::string& scope, More... more)
      : service(std::move(answers)),
        shared(shared_with(service, auth, scope)),
        origin(loop, settings, shared, more..., service.url()) {}

  Result<Fetched> fetch(const std::string& photo, const std::string& etag = "",
                        const Credentials& caller = {}) {
    std::optional<Result<Fetched>> result;
    origin.fetch(photo, {etag, ""}, caller, [&](auto got) { result = std::move(got); });
    CHECK_FALSE(result.has_value());
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return std::move(*result);
  }
  Result<void> check(const std::string& photo, const Credentials& caller) {
    std::optional<Result<void>> result;
    origin.check(photo, {}, caller, [&](auto got) { result = std::move(got); });
    CHECK_FALSE(result.has_value());
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return std::move(*result);
  }

  Service service;
  OriginSettings settings;
  LiveShared shared;
  test::TestLoop loop;
  OriginKind origin;
};

using Targets = std::vector<std::string>;
const std::string kContact = "/v1.0/me/contacts/AA";
const std::string kPhoto = kContact + "/photo";
const std::string kAddresses = kContact + "?$select=emailAddresses";

}  // namespace

TEST_CASE("a Graph photo is fetched after its tag, and again only when the tag changes") {
  Case<GraphOrigin> c({{kPhoto, {metadata("t1"), metadata("t1"), metadata("t2")}},
                       {kPhoto + "/$value", {answer("200 OK", "one"), answer("200 OK", "two")}}},
                      Auth::token, GraphFlavour::graph);
  const auto first = c.fetch("AA").value();
  CHECK(*first.bytes == "one");
  const auto same = c.fetch("AA", first.validators.etag).value();
  CHECK(same.bytes == nullptr);
  CHECK(same.validators.etag == first.validators.etag);
  const auto second = c.fetch("AA", first.validators.etag).value();
  CHECK(*second.bytes == "two");
  CHECK(second.validators.etag != first.validators.etag);
  CHECK(c.service.targets() ==
        Targets{kPhoto, kPhoto + "/$value", kPhoto, kPhoto, kPhoto + "/$value"});
  for (const auto& head : c.service.heads())
    CHECK(head.find("Authorization: Bearer static\r\n") != std::string::npos);
  CHECK(c.origin.stats().queued == 0);
}

TEST_CASE("without a tag the answer's own ETag is the validator") {
  const std::string no_tag = answer("200 OK", R"({"Id":"103X77","Width":103,"Height":77})");
  const std::string photo = "/api/v2.0/me/contacts('AA')/photo";
  Case<GraphOrigin> c({{photo, {no_tag}},
                       {photo + "/$value",
                        {answer("200 OK", "one", "ETag: \"v\"\r\n"),
                         "HTTP/1.1 304 Not Modified\r\nETag: \"v\"\r\n\r\n"}}},
                      Auth::none, GraphFlavour::outlook);
  const auto first = c.fetch("AA").value();
  CHECK(first.validators.etag == "\"v\"");
  CHECK(c.fetch("AA", first.validators.etag).value().bytes == nullptr);
  CHECK(c.service.heads().back().find("If-None-Match: \"v\"\r\n") != std::string::npos);
  CHECK(c.service.heads().back().find("Authorization") == std::string::npos);
}

TEST_CASE("a contact without a photo shows the user's with its address") {
  Service::Answers answers{
      {kAddresses,
       {answer("200 OK", R"({"emailAddresses":[{"address":"a@x"},{"address":"b@x"}]})")}},
      {"/v1.0/users/b%40x/photo", {metadata("u")}},
      {"/v1.0/users/b%40x/photo/$value", {answer("200 OK", "user")}}};
  SECTION("one address after the other") {
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(*c.fetch("AA").value().bytes == "user");
    CHECK(c.service.targets() == Targets{kPhoto, kAddresses, "/v1.0/users/a%40x/photo",
                                         "/v1.0/users/b%40x/photo",
                                         "/v1.0/users/b%40x/photo/$value"});
  }
  SECTION("unless the settings say no") {
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    c.settings.fallback_to_user = false;
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
    CHECK(c.service.targets() == Targets{kPhoto});
  }
  SECTION("nobody has one") {
    answers.erase("/v1.0/users/b%40x/photo");
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
  }
  SECTION("the contact has no address, or is not there") {
    answers[kAddresses] = {answer("200 OK", R"({"emailAddresses":[]})"), kNone};
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
  }
  SECTION("a failure on the way is a failure") {
    answers["/v1.0/users/a%40x/photo"] = {answer("500 Oops", "")};
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::origin_failed);
  }
  SECTION("a user's own photo has no chain") {
    Case<GraphOrigin> c({}, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("a@x").error().code == Errc::no_photo);
    CHECK(c.service.targets().size() == 1);
  }
}

TEST_CASE("a throttled service is left alone by the whole process until its time has come") {
  Case<GraphOrigin> c(
      {{kPhoto, {answer("429 Too Many", "", "Retry-After: 2.128\r\n"), metadata("t")}},
       {kPhoto + "/$value", {answer("200 OK", "one")}}},
      Auth::none, GraphFlavour::graph);
  const auto error = c.fetch("AA").error();
  CHECK(error.code == Errc::throttled);
  CHECK(error.retry_after == milliseconds(2'128));

  // Another loop of the process, another photo.
  test::TestLoop other_loop;
  GraphOrigin other(other_loop, c.settings, c.shared, GraphFlavour::graph, c.service.url());
  std::optional<Result<Fetched>> result;
  other.fetch("BB", {}, {}, [&](auto got) { result = std::move(got); });
  REQUIRE(other_loop.run_until([&] { return result.has_value(); }));
  CHECK(result->error().code == Errc::throttled);
  CHECK(result->error().retry_after > milliseconds(0));
  CHECK(c.service.targets().size() == 1);

  c.loop.advance(seconds(3));
  CHECK(*c.fetch("AA").value().bytes == "one");
}

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

TEST_CASE("Exchange is asked for its largest size, conditionally") {
  const std::string photo = "/ews/Exchange.asmx/s/GetUserPhoto?email=a%40x&size=HR648x648";
  Case<EwsOrigin> c({{photo,
                      {answer("200 OK", "one", "ETag: \"v\"\r\n"),
                       "HTTP/1.1 304 Not Modified\r\n\r\n", answer("404 None", "")}}},
                    Auth::none);
  const auto first = c.fetch("a@x").value();
  CHECK(first.validators.etag == "\"v\"");
  CHECK(c.fetch("a@x", "\"v\"").value().bytes == nullptr);
  CHECK(c.service.heads().back().find("If-None-Match: \"v\"\r\n") != std::string::npos);
  CHECK(c.fetch("a@x").error().code == Errc::no_photo);
  CHECK(c.fetch("AAMk").error().code == Errc::no_photo);
  CHECK(c.service.heads().size() == 3);
}

TEST_CASE("no more requests are in flight than the process has slots, whatever loop they are on") {
  test::TestLoop loops[2];
  auto slots = std::make_shared<Slots>(2, 3);
  std::deque<Slots::Hold> holds;
  int refused = 0;
  for (int i = 0; i < 7; ++i)
    slots->acquire(loops[i % 2], [&](Result<Slots::Hold> hold) {
      if (hold) return holds.push_back(std::move(*hold));
      CHECK(hold.error().code == Errc::overloaded);
      ++refused;
    });
  CHECK(holds.empty());
  const auto turn = [&] {
    for (auto& loop : loops) loop.turn();
  };
  turn();
  CHECK(holds.size() == 2);
  CHECK(refused == 2);
  for (int i = 0; i < 3; ++i) {
    holds.pop_front();
    turn();
    CHECK(holds.size() == 2);
  }
  holds.clear();
  turn();
  slots->acquire(loops[0], [&](Result<Slots::Hold> hold) { holds.push_back(std::move(*hold)); });
  turn();
  CHECK(holds.size() == 1);
}

TEST_CASE("an origin may end while it waits for a slot, a token or an answer") {
  auto c = std::make_unique<Case<GraphOrigin>>(
      Service::Answers{{"/token", {std::string(ScriptedServer::kSilence)}}}, Auth::token,
      std::string("scope"), GraphFlavour::graph);
  bool called = false;
  c->origin.fetch("AA", {}, {}, [&](const auto&) { called = true; });
  REQUIRE(c->loop.run_until([&] { return !c->service.heads().empty(); }));
  c.reset();
  auto d = std::make_unique<Case<GraphOrigin>>(
      Service::Answers{{kPhoto, {std::string(ScriptedServer::kSilence)}}}, Auth::none,
      GraphFlavour::graph);
  for (int i = 0; i < 8; ++i) d->origin.fetch("AA", {}, {}, [&](const auto&) { called = true; });
  REQUIRE(d->loop.run_until([&] { return !d->service.heads().empty(); }));
  d.reset();
  CHECK_FALSE(called);
}
