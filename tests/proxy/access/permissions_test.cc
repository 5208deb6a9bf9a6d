#include "proxy/access/permissions.h"

#include <catch2/catch.hpp>

#include "tests/support/fakes.h"
#include "tests/support/test_loop.h"

namespace likeness::access {
namespace {

struct Fixture {
  explicit Fixture(const AccessSettings& settings = {})
      : permissions(settings, memory, {{&loop, &origin}}) {}

  // Asks, and turns the loop so that the origin has been asked if it is to be.
  std::shared_ptr<std::optional<Result<void>>> ask(const std::string& token,
                                                   const std::string& photo) {
    auto answer = std::make_shared<std::optional<Result<void>>>();
    permissions.ask(loop, {.authorization = token}, photo,
                    [answer](Result<void> given) { *answer = std::move(given); });
    turn();
    return answer;
  }
  void answer(Result<void> result) {
    auto check = std::move(origin.checks.front());
    origin.checks.pop_front();
    check.done(std::move(result));
    turn();
  }
  void turn() {
    for (int i = 0; i < 4; ++i) loop.turn();
  }
  std::optional<Result<void>> find(std::string_view token, std::string_view photo,
                                   Clock::duration later = {}) {
    return permissions.find({.authorization = token}, photo, Clock::now() + later);
  }

  test::TestLoop loop;
  test::FakeOrigin origin;
  cache::MemoryCache memory{MemorySettings{}};
  Permissions permissions;
};

TEST_CASE("the origin is asked once per proof and photo, with the caller's own proof") {
  Fixture f;
  const auto first = f.ask("Bearer a", "ada");
  const auto second = f.ask("Bearer a", "ada");
  REQUIRE(f.origin.checks.size() == 1);
  CHECK(f.origin.checks.front().photo == "ada");
  CHECK(f.origin.checks.front().caller.authorization == "Bearer a");
  CHECK_FALSE(first->has_value());
  f.answer({});
  REQUIRE(first->has_value());
  REQUIRE(second->has_value());
  CHECK((**first).has_value());
  CHECK((**second).has_value());
  const auto third = f.ask("Bearer a", "ada");
  REQUIRE(third->has_value());
  CHECK((**third).has_value());
  CHECK(f.origin.checks.empty());
  CHECK(f.find("Bearer a", "ada")->has_value());
}

TEST_CASE("one caller's right is no other's, and holds for one photo") {
  Fixture f;
  f.ask("Bearer a", "ada");
  f.answer({});
  CHECK_FALSE(f.find("Bearer b", "ada").has_value());
  CHECK_FALSE(f.find("Bearer a", "bob").has_value());
  CHECK_FALSE(f.find("Bearer aa", "da").has_value());
  CHECK_FALSE(f.permissions.find({.cookie = "Bearer a"}, "ada", Clock::now()).has_value());
  const auto other = f.ask("Bearer b", "ada");
  REQUIRE(f.origin.checks.size() == 1);
  f.answer(fail(Errc::origin_refused));
  REQUIRE(other->has_value());
  CHECK((**other).error().code == Errc::origin_refused);
}

TEST_CASE("a yes holds for its time, and a no for a shorter one") {
  Fixture f({.right_ttl = seconds(60), .denial_ttl = seconds(10)});
  f.ask("Bearer a", "ada");
  f.answer({});
  f.ask("Bearer b", "ada");
  f.answer(fail(Errc::origin_refused));
  CHECK(f.find("Bearer a", "ada", seconds(55)).has_value());
  CHECK_FALSE(f.find("Bearer a", "ada", seconds(61)).has_value());
  CHECK(f.find("Bearer b", "ada", seconds(5)).has_value());
  CHECK_FALSE(f.find("Bearer b", "ada", seconds(11)).has_value());
  f.ask("Bearer c", "none");
  f.answer(fail(Errc::no_photo));
  CHECK(f.find("Bearer c", "none")->error().code == Errc::no_photo);
}

TEST_CASE("an origin that fails says no for this once") {
  Fixture f;
  for (const Errc code : {Errc::origin_timeout, Errc::origin_failed, Errc::throttled}) {
    const auto answer = f.ask("Bearer a", "ada");
    f.answer(fail(code));
    REQUIRE(answer->has_value());
    CHECK((**answer).error().code == code);
    CHECK_FALSE(f.find("Bearer a", "ada").has_value());
  }
}

TEST_CASE("however many callers there are, no more rights are kept than there is room for") {
  Fixture f({.max_rights = 64});
  for (int i = 0; i < 1'000; ++i) {
    f.ask("Bearer " + std::to_string(i), "ada");
    f.answer({});
  }
  int known = 0;
  for (int i = 0; i < 1'000; ++i)
    known += f.find("Bearer " + std::to_string(i), "ada").has_value() ? 1 : 0;
  CHECK(known > 0);
  CHECK(known <= 64);
}

}  // namespace
}  // namespace likeness::access
