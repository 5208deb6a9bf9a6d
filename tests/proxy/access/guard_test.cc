#include "proxy/access/guard.h"

#include <catch2/catch.hpp>
#include <initializer_list>

#include "proxy/dialects/router.h"

namespace likeness::access {
namespace {

using Next = Decision::Next;

const std::string kKey = "k:" + std::string(32, 'a');

// A request and what its views need.
class Asked {
 public:
  explicit Asked(std::string target, std::initializer_list<http::Header> headers = {})
      : target_(std::move(target)), headers_(headers) {
    const auto mark = std::min(target_.find('?'), target_.size());
    request.target = target_;
    request.path = std::string_view(target_).substr(0, mark);
    request.query = std::string_view(target_).substr(std::min(mark + 1, target_.size()));
    request.headers = headers_;
    request.client = "192.0.2.1";
    request.address = parse_address(request.client);
  }
  http::Request request;
  [[nodiscard]] dialects::Call call() const { return dialects::parse(request, {}).value(); }

 private:
  std::string target_;
  std::vector<http::Header> headers_;
};

Decision decide(const Guard& guard, const Asked& asked) {
  return guard.decide(asked.request, asked.call(), WallClock::now());
}

Settings settings(const AccessSettings& access) {
  Settings all;
  all.access = access;
  return all;
}

struct Shared {
  proof::Tokens tokens;
  ClientLimits limits;
};

// A guard with all that it shares with others.
class TestGuard : private Shared, public Guard {
 public:
  TestGuard(const Settings& all, bool origin_knows_callers)
      : Shared{proof::Tokens(all.access), ClientLimits(all.limits)},
        Guard(all, origin_knows_callers, tokens, limits) {}
};

std::string token(const std::string& user, const std::string& scope, const std::string& text) {
  return user + ":" + scope + ":" + proof::hex(proof::sha256(text));
}

TEST_CASE("by default everybody may see every photo, and nobody may administer") {
  const TestGuard guard(Settings{}, false);
  CHECK(guard.is_open(dialects::Dialect::web));
  CHECK(decide(guard, Asked("/photos/ada/HR48x48.jpg")).next == Next::allow);
  CHECK_FALSE(guard.may_administer(Asked("/", {{"Authorization", "Bearer "}}).request));
  CHECK_FALSE(guard.may_administer(Asked("/").request));
}

TEST_CASE("each family of URLs can have a mode of its own") {
  const TestGuard guard(settings({.mode = "signed", .ucwa = "open", .signing_keys = {kKey}}),
                        false);
  CHECK_FALSE(guard.is_open(dialects::Dialect::web));
  CHECK_FALSE(guard.is_open(dialects::Dialect::outlook));
  CHECK(guard.is_open(dialects::Dialect::ucwa));
  CHECK(decide(guard, Asked("/photos/ada")).next == Next::refuse);
  CHECK(decide(guard, Asked("/photos/ada")).why == Errc::forbidden);
  CHECK(decide(guard, Asked("/ucwa/v1/applications/1/people/ada/contactPhoto")).next ==
        Next::allow);
}

TEST_CASE("a signature lets in, as long as it holds") {
  const TestGuard guard(settings({.mode = "signed", .signing_keys = {kKey}}), false);
  const auto end = WallClock::now() + seconds(100);
  const auto url = guard.signing_keys().sign("/photos/ada/HR48x48.jpg", end).value();
  const Decision decision = decide(guard, Asked(url));
  CHECK(decision.next == Next::allow);
  CHECK_FALSE(decision.confidential);
  REQUIRE(decision.left);
  CHECK(*decision.left <= seconds(101));
  CHECK(decide(guard, Asked(url + "&q=100")).next == Next::refuse);
}

TEST_CASE("sizes that are named need no signature") {
  for (const char* mode : {"open", "signed"}) {
    CAPTURE(mode);
    const TestGuard guard(
        settings({.mode = mode, .signing_keys = {kKey}, .unsigned_sizes = {"HR48x48", "hr96x96"}}),
        false);
    CHECK(decide(guard, Asked("/photos/ada/HR48x48.jpg")).next == Next::allow);
    CHECK(decide(guard, Asked("/photos/ada/HR48x48.jpg?dpr=2")).next == Next::allow);
    CHECK(decide(guard, Asked("/photos/ada/HR48x48.jpg?dpr=3")).next == Next::refuse);
    CHECK(decide(guard, Asked("/photos/ada/HR240x240.jpg")).next == Next::refuse);
    CHECK(decide(guard, Asked("/photos/ada/original")).next == Next::refuse);
    CHECK(decide(guard, Asked("/photos/ada/HR48x48.jpg?kid=k&sig=x")).next == Next::refuse);
    const auto url = guard.signing_keys().sign("/photos/ada/HR240x240.jpg", std::nullopt);
    CHECK(decide(guard, Asked(*url)).next == Next::allow);
  }
  CHECK_THROWS_AS(TestGuard(settings({.unsigned_sizes = {"48"}}), false), std::runtime_error);
}

TEST_CASE("a token of the settings lets in, and the answer is its bearer's alone") {
  const TestGuard guard(
      settings({.mode = "bearer", .tokens = {token("me", "Contacts.Read", "one")}}), false);
  const Decision decision = decide(guard, Asked("/photos/ada", {{"Authorization", "Bearer one"}}));
  CHECK(decision.next == Next::allow);
  CHECK(decision.confidential);
  for (const char* wrong : {"", "Bearer two", "Basic one"}) {
    CAPTURE(wrong);
    const Decision refused = decide(guard, Asked("/photos/ada", {{"Authorization", wrong}}));
    CHECK(refused.next == Next::refuse);
    CHECK(refused.why == Errc::unauthorized);
  }
}

TEST_CASE("without tokens nobody bears one") {
  const TestGuard guard(settings({.mode = "bearer"}), false);
  CHECK(decide(guard, Asked("/photos/ada", {{"Authorization", "Bearer x"}})).next == Next::refuse);
}

TEST_CASE("the contact store is asked whose a photo is") {
  Settings all = settings({.mode = "bearer", .tokens = {token("me", "Contacts.Read", "one")}});
  all.origin.spec = "embedded:x";
  const TestGuard guard(all, false);
  CHECK(decide(guard, Asked("/photos/ada", {{"Authorization", "Bearer one"}})).next ==
        Next::ask_origin);
  CHECK(decide(guard, Asked("/photos/ada", {{"Authorization", "Bearer two"}})).next ==
        Next::refuse);
}

TEST_CASE("an origin that knows callers is asked about every proof") {
  const TestGuard guard(settings({.mode = "bearer"}), true);
  const Decision decision = decide(guard, Asked("/photos/ada", {{"Authorization", "Bearer any"}}));
  CHECK(decision.next == Next::ask_origin);
  CHECK(decision.confidential);
  CHECK(decide(guard, Asked("/photos/ada")).next == Next::refuse);
}

TEST_CASE("the cookie of UCWA's browsers counts as their token, for UCWA alone") {
  const char* const ucwa = "/ucwa/v1/applications/1/people/ada/contactPhoto";
  const http::Header cookie{"Cookie", "a=b; cwt_ucwa=secret=x; c=d"};
  CHECK(proof_of(Asked(ucwa, {cookie}).request, dialects::Dialect::ucwa).cookie ==
        "cwt_ucwa=secret=x");
  CHECK(proof_of(Asked("/", {cookie}).request, dialects::Dialect::web).empty());
  CHECK(proof_of(Asked(ucwa, {cookie, {"Authorization", "Bearer a"}}).request,
                 dialects::Dialect::ucwa)
            .cookie.empty());
  for (const char* other : {"", "cwt_ucwa=", "xcwt_ucwa=1", "cwt_ucwa", "cwt_ucwax=1"}) {
    CAPTURE(other);
    CHECK(proof_of(Asked(ucwa, {{"Cookie", other}}).request, dialects::Dialect::ucwa).empty());
  }
}

TEST_CASE("without the CDN's secret nobody comes in") {
  const TestGuard guard(settings({.cdn_secret = "X-Cdn: s3cret"}), false);
  const auto now = Clock::now();
  CHECK_FALSE(guard.admit(Asked("/photos/ada", {{"x-cdn", "s3cret"}}).request, now));
  for (const char* wrong : {"", "s3cre", "s3crets", "S3CRET"}) {
    CAPTURE(wrong);
    const auto error = guard.admit(Asked("/photos/ada", {{"X-Cdn", wrong}}).request, now);
    REQUIRE(error);
    CHECK(error->code == Errc::forbidden);
  }
}

TEST_CASE("a client that asks too much is told when to come back") {
  Settings all;
  all.limits = {.requests_per_second = 1, .burst = 1, .missed_photos_per_minute = 1};
  const TestGuard guard(all, false);
  const Asked asked("/photos/ada");
  const auto now = Clock::now();
  CHECK_FALSE(guard.admit(asked.request, now));
  const auto error = guard.admit(asked.request, now);
  REQUIRE(error);
  CHECK(error->code == Errc::too_many_requests);
  CHECK(error->retry_after == seconds(1));
  CHECK_FALSE(guard.miss(asked.request.address, "a", now));
  CHECK(guard.miss(asked.request.address, "b", now)->code == Errc::too_many_requests);
  Asked nobody("/photos/ada");
  nobody.request.address.reset();
  for (int i = 0; i < 5; ++i) CHECK_FALSE(guard.admit(nobody.request, now));
}

TEST_CASE("metrics are for operators: this machine, their listener, or their token") {
  const auto watch = [](const Guard& guard, std::string_view client,
                        std::initializer_list<http::Header> headers, bool operators = false) {
    Asked asked("/metrics", headers);
    asked.request.client = client;
    asked.request.address = parse_address(client);
    asked.request.operators = operators;
    return guard.may_watch(asked.request);
  };
  const TestGuard guard(settings({.admin_token = "t0ken"}), false);
  for (const char* near : {"127.0.0.1", "127.1.2.3", "::1", "unix"}) {
    CAPTURE(near);
    CHECK(watch(guard, near, {}));
    for (const char* passed_on : {"X-Forwarded-For", "Forwarded", "Via"})
      CHECK_FALSE(watch(guard, near, {{passed_on, "x"}}));
  }
  CHECK_FALSE(watch(guard, "192.0.2.1", {}));
  CHECK_FALSE(watch(guard, "unknown", {}));
  CHECK(watch(guard, "192.0.2.1", {}, true));
  CHECK(watch(guard, "192.0.2.1", {{"Authorization", "Bearer t0ken"}}));
  CHECK_FALSE(watch(guard, "192.0.2.1", {{"Authorization", "Bearer t0kem"}}));
  CHECK(guard.may_administer(Asked("/", {{"Authorization", "Bearer t0ken"}}).request));
  CHECK(guard.is_operators_door(Asked("/").request));

  Settings apart;
  apart.http.admin_listen = {"127.0.0.1:1"};
  const TestGuard closed(apart, false);
  Asked asked("/metrics");
  CHECK_FALSE(closed.is_operators_door(asked.request));
  asked.request.operators = true;
  CHECK(closed.is_operators_door(asked.request));
}

}  // namespace
}  // namespace likeness::access
