#include "config/base/lifetime.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>

using namespace likeness;

TEST_CASE("what is bound to a lifetime is called until that ends") {
  std::optional<Lifetime> lifetime(std::in_place);
  int sum = 0;
  auto add = lifetime->bind([&](int number) { sum += number; });
  add(1);
  add(2);
  lifetime.reset();
  add(4);
  CHECK(sum == 3);
}

TEST_CASE("what nobody takes from a bound call stays its caller's") {
  std::optional<Lifetime> lifetime(std::in_place);
  std::unique_ptr<int> taken;
  auto take = lifetime->bind([&](std::unique_ptr<int> given) { taken = std::move(given); });
  take(std::make_unique<int>(1));
  CHECK(*taken == 1);
  lifetime.reset();
  auto left = std::make_unique<int>(2);
  take(std::move(left));
  CHECK(*taken == 1);
  CHECK(left);  // NOLINT(bugprone-use-after-move): just that is asked.
}
