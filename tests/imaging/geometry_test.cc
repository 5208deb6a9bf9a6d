#include "imaging/geometry.h"

#include <catch2/catch.hpp>
#include <random>

namespace likeness::imaging {
namespace {

TEST_CASE("a crop shows the middle") {
  const Window part = visible_part({1600, 1200}, {240, 240}, Fit::crop);
  CHECK(part.left == Approx(200));
  CHECK(part.top == Approx(0));
  CHECK(part.width == Approx(1200));
  CHECK(part.height == Approx(1200));
  CHECK(covering_size({1600, 1200}, {240, 240}, Fit::crop) == Size{320, 240});
}

TEST_CASE("an answer that differs from the source's aspect by rounding only shows all of it") {
  CHECK(is_whole({1000, 667}, {100, 67}));
  CHECK(is_whole({1000, 667}, {150, 100}));
  CHECK_FALSE(is_whole({1000, 667}, {100, 65}));
  const Window part = visible_part({1000, 667}, {100, 67}, Fit::crop);
  CHECK(part.width == 1000);
  CHECK(part.height == 667);
}

TEST_CASE("the visible part lies in the source and has the answer's aspect") {
  std::mt19937 random(5);
  const auto edge = [&] { return 1 + static_cast<int>(random() % 3'000); };
  for (int i = 0; i < 20'000; ++i) {
    const Size source{edge(), edge()};
    const Size answer{edge(), edge()};
    const Window part = visible_part(source, answer, Fit::crop);
    REQUIRE((part.left >= 0 && part.top >= 0 && part.width > 0 && part.height > 0));
    REQUIRE(part.left + part.width <= source.width + 1e-6);
    REQUIRE(part.top + part.height <= source.height + 1e-6);
    if (!is_whole(source, answer)) {
      REQUIRE(part.width * answer.height == Approx(part.height * answer.width));
    }
    const Size covering = covering_size(source, answer, Fit::crop);
    REQUIRE((covering.width >= answer.width && covering.height >= answer.height));
  }
}

}  // namespace
}  // namespace likeness::imaging
