#include "imaging/resample.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "imaging/filter.h"
#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

Raster filled(Size size, Pixels pixels, std::array<std::uint8_t, 4> colour) {
  Raster raster(size, pixels);
  for (std::size_t i = 0; i < raster.byte_count(); i += 4) {
    std::memcpy(raster.bytes.get() + i, colour.data(), 4);
  }
  return raster;
}

Window all_of(const Raster& raster) {
  return {0, 0, static_cast<double>(raster.size.width), static_cast<double>(raster.size.height)};
}

double mean_difference(const Raster& a, const Raster& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.byte_count(); ++i) {
    if (i % 4 != 3) sum += std::abs(a.bytes[i] - b.bytes[i]);
  }
  return sum / (0.75 * static_cast<double>(a.byte_count()));
}

TEST_CASE("weights of every answer pixel add up to one") {
  for (const auto& [length, source, edge] :
       {std::tuple{300.0, 300, 240}, {1200.0, 1600, 48}, {5.0, 5, 90}, {450.25, 451, 449}}) {
    const Filter filter(0, length, source, edge);
    for (int i = 0; i < edge; ++i) {
      int sum = 0;
      for (int pair = 0; pair < filter.pairs(); ++pair) {
        sum += filter.weights(i)[pair][0] + filter.weights(i)[pair][1];
      }
      REQUIRE(sum == Filter::kOne);
      REQUIRE(filter.first(i) >= 0);
      REQUIRE(filter.first(i) + 2 * filter.pairs() <= source + 1);
    }
  }
}

TEST_CASE("a plain picture keeps its colour at any size") {
  std::mt19937 random(7);
  const auto edge = [&] { return 1 + static_cast<int>(random() % 90); };
  for (int i = 0; i < 300; ++i) {
    const Pixels pixels = i % 2 == 0 ? Pixels::rgb : Pixels::rgba;
    const Raster raster = filled({edge(), edge()}, pixels, {255, 17, 128, 255});
    const Size size{edge(), edge()};
    const Raster result = resample(raster, all_of(raster), size);
    REQUIRE(result.size == size);
    for (std::size_t at = 0; at < result.byte_count(); at += 4) {
      REQUIRE(result.bytes[at] == 255);
      REQUIRE(result.bytes[at + 1] == 17);
      REQUIRE(result.bytes[at + 2] == 128);
    }
  }
}

TEST_CASE("a window of the same size is a copy") {
  Raster raster(Size{30, 20}, Pixels::rgb);
  for (std::size_t i = 0; i < raster.byte_count(); ++i) raster.bytes[i] = std::uint8_t(i * 7);
  const Raster result = resample(raster, {4, 5, 10, 8}, {10, 8});
  CHECK(std::memcmp(result.row(2), raster.row(7) + 16, 40) == 0);
}

TEST_CASE("photographs are reduced as libvips does it") {
  for (int i = 0; i < 20; i += 4) {
    const Raster raster = *read(test::photo(i, {400, 300}));
    for (const int width : {320, 200, 120}) {
      const double scale = width / 400.0;
      const Raster theirs = *read(then(wrap(raster), vips_resize, scale));
      const Raster ours = resample(raster, all_of(raster), theirs.size);
      CHECK(mean_difference(ours, theirs) < 0.9);
    }
  }
}

TEST_CASE("what is transparent does not colour what is not") {
  Raster raster = filled({64, 64}, Pixels::rgba, {255, 0, 0, 0});
  for (int y = 0; y < 64; ++y) {
    for (int x = 32; x < 64; ++x) {
      const std::array<std::uint8_t, 4> green{0, 200, 0, 255};
      std::memcpy(raster.row(y) + 4 * x, green.data(), 4);
    }
  }
  const Raster result = resample(raster, all_of(raster), {15, 15});
  for (int x = 0; x < 15; ++x) {
    const std::uint8_t* const pixel = result.row(7) + 4 * x;
    if (pixel[3] < 8) continue;
    CHECK(pixel[0] < 4);
    CHECK(std::abs(pixel[1] - 200) < 12);
  }
}

TEST_CASE("halving takes the mean, also of odd edges") {
  Raster raster(Size{3, 3}, Pixels::rgb);
  for (int y = 0; y < 3; ++y) {
    for (int x = 0; x < 12; ++x) raster.row(y)[x] = static_cast<std::uint8_t>(x / 4 * 10 + y * 40);
  }
  const Raster result = halve(raster);
  REQUIRE(result.size == Size{2, 2});
  CHECK(result.row(0)[0] == 25);
  CHECK(result.row(0)[4] == 40);
  CHECK(result.row(1)[0] == 85);
  CHECK(result.row(1)[4] == 100);
}

TEST_CASE("halving noise of any width takes each mean exactly") {
  std::mt19937 random(5);
  for (int width = 1; width <= 40; ++width) {
    Raster raster(Size{width, 5}, Pixels::rgb);
    for (std::size_t i = 0; i < raster.byte_count(); ++i) raster.bytes[i] = std::uint8_t(random());
    const Raster result = halve(raster);
    for (int y = 0; y < 3; ++y) {
      for (int i = 0; i < 4 * result.size.width; ++i) {
        const int left = i / 4 * 8 + i % 4;
        const int right = std::min(i / 4 * 2 + 1, width - 1) * 4 + i % 4;
        const std::uint8_t* const upper = raster.row(2 * y);
        const std::uint8_t* const lower = raster.row(std::min(2 * y + 1, 4));
        REQUIRE(result.row(y)[i] ==
                (upper[left] + upper[right] + lower[left] + lower[right] + 2) / 4);
      }
    }
  }
}

}  // namespace
}  // namespace likeness::imaging
