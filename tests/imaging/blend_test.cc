#include "imaging/blend.h"

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace likeness::imaging {
namespace {

// What the two loops make of noise, whose rows begin at no whole vector.
struct Blended {
  std::vector<std::int16_t> row;
  std::vector<std::array<std::int32_t, 4>> pixels;
  friend bool operator==(const Blended&, const Blended&) = default;
};

Blended blend_noise(const Blend& blend, const Filter& filter, int width, int edge) {
  std::mt19937 random(3);
  const std::size_t stride = 4 * static_cast<std::size_t>(width + Blend::kExcess);
  std::vector<std::vector<std::uint8_t>> noise;
  std::vector<const std::uint8_t*> rows;
  for (int i = 0; i < 2 * filter.pairs(); ++i) {
    auto& bytes = noise.emplace_back(stride + 1);
    // Mostly the extremes, where sums are largest.
    for (auto& byte : bytes) byte = std::uint8_t(random() % 3 == 0 ? random() : random() % 2 * 255);
    rows.push_back(bytes.data() + 1);
  }
  Blended result;
  result.row.resize(stride);
  blend.rows(rows, filter.weights(edge / 2), width, result.row.data());
  std::vector<Ints> sums(static_cast<std::size_t>(edge));
  blend.columns(result.row.data(), filter, 0, edge, sums.data());
  for (const Ints& sum : sums) result.pixels.push_back({sum[0], sum[1], sum[2], sum[3]});
  result.row.resize(4 * static_cast<std::size_t>(width));
  return result;
}

TEST_CASE("every processor makes the same of a picture") {
  for (const auto& [source, edge] :
       {std::pair{1, 1}, {7, 20}, {61, 60}, {61, 20}, {300, 240}, {301, 48}, {1200, 649}}) {
    const Filter filter(0, source, source, edge);
    const int width = filter.first(edge - 1) + 2 * filter.pairs();
    const Blended plain = blend_noise(kPlainBlend, filter, width, edge);
    CAPTURE(source, edge);
    CHECK(blend_noise(best_blend(), filter, width, edge) == plain);
  }
}

TEST_CASE("rows are the sum of their pixels by weight") {
  const Filter filter(0, 3, 3, 1);
  REQUIRE(filter.pairs() == 2);
  const std::vector<std::uint8_t> bytes(4 * (9 + Blend::kExcess), 200);
  const std::vector<std::uint8_t> dark(bytes.size(), 20);
  const std::vector<const std::uint8_t*> rows{bytes.data(), dark.data(), bytes.data(), dark.data()};
  const Words* const weights = filter.weights(0);
  const int expected =
      (200 * (weights[0][0] + weights[1][0]) + 20 * (weights[0][1] + weights[1][1]) + 128) >> 8;
  for (const Blend* blend : {&kPlainBlend, &best_blend()}) {
    std::vector<std::int16_t> blended(bytes.size());
    blend->rows(rows, weights, 9, blended.data());
    for (int i = 0; i < 36; ++i) REQUIRE(blended[unsigned(i)] == expected);
  }
}

}  // namespace
}  // namespace likeness::imaging
