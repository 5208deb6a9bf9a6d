#include "proxy/origin/embedded_origin.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/proof/hash.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::origin;

namespace {

constexpr const char* kMe = "me@likeness.example";
constexpr const char* kToken = "Bearer one";

// An empty store with the mailbox `kMe`, and a token of its user's.
struct Fixture {
  // Turns the loop until the store has done all that it was asked before.
  void turn() {
    bool done = false;
    store.ask<int>(
        loop, [](contacts::ContactStore& /*store*/) { return Result<int>(0); },
        [&](const Result<int>& /*nothing*/) { done = true; });
    REQUIRE(loop.run_until([&] { return done; }));
  }

  test::TempFolder folder;
  test::TestLoop loop;
  contacts::StoreThread store{folder.path() / "store", kMe, 10};
  proof::Tokens tokens{
      {.tokens = {std::string(kMe) + ":Contacts.Read:" + proof::hex(proof::sha256("one"))}}};
  std::unique_ptr<EmbeddedOrigin> origin = std::make_unique<EmbeddedOrigin>(loop, store, tokens);
};

}  // namespace

TEST_CASE("an embedded origin asks the store, and answers on a later turn") {
  Fixture fixture;
  std::optional<Errc> error;
  fixture.origin->fetch(kMe, {}, {}, [&](const auto& result) { error = result.error().code; });
  CHECK_FALSE(error.has_value());
  fixture.turn();
  CHECK(error == Errc::no_photo);
  CHECK(fixture.origin->stats().requests == 1);
  CHECK(fixture.origin->stats().in_flight == 0);
  CHECK(fixture.origin->stats().errors == 0);
}

TEST_CASE("an embedded origin lets in whose token it is") {
  Fixture fixture;
  const auto check = [&](std::string authorization) {
    std::optional<bool> yes;
    fixture.origin->check(kMe, {}, {std::move(authorization), {}},
                          [&](const auto& answer) { yes = answer.has_value(); });
    CHECK_FALSE(yes.has_value());
    fixture.turn();
    REQUIRE(yes.has_value());
    return *yes;
  };
  CHECK(check(kToken));
  CHECK_FALSE(check("Bearer two"));
}

TEST_CASE("a destroyed embedded origin calls nobody back") {
  Fixture fixture;
  int answers = 0;
  const auto count = [&](const auto& /*result*/) { ++answers; };
  fixture.origin->fetch(kMe, {}, {}, count);
  fixture.origin->check(kMe, {}, {kToken, {}}, count);
  fixture.origin->check(kMe, {}, {"Bearer two", {}}, count);
  fixture.origin.reset();
  fixture.turn();
  CHECK(answers == 0);
}
