#include "imaging/raster.h"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cstring>

namespace likeness::imaging {
namespace {

// Each pixel says where it is.
Raster numbered(Size size) {
  Raster raster(size, Pixels::rgb);
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const std::array<std::uint8_t, 4> pixel{std::uint8_t(x), std::uint8_t(y), 0, 0};
      std::memcpy(raster.row(y) + 4 * x, pixel.data(), 4);
    }
  }
  return raster;
}

Raster one_pixel(std::array<std::uint8_t, 4> pixel) {
  Raster raster({1, 1}, Pixels::rgba);
  std::memcpy(raster.row(0), pixel.data(), 4);
  return raster;
}

// Where EXIF says that the stored pixel (x, y) is seen.
Size seen_at(Size stored, int orientation, int x, int y) {
  const int right = stored.width - 1 - x;
  const int bottom = stored.height - 1 - y;
  switch (orientation) {
    case 2: return {right, y};
    case 3: return {right, bottom};
    case 4: return {x, bottom};
    case 5: return {y, x};
    case 6: return {bottom, x};
    case 7: return {bottom, right};
    case 8: return {y, right};
    default: return {x, y};
  }
}

TEST_CASE("all eight orientations come upright") {
  const Size stored{70, 41};
  for (int orientation = 0; orientation <= 9; ++orientation) {
    const Raster result = upright(numbered(stored), orientation);
    REQUIRE(result.size == oriented(stored, orientation));
    for (int y = 0; y < stored.height; ++y) {
      for (int x = 0; x < stored.width; ++x) {
        const Size place = seen_at(stored, orientation, x, y);
        const std::uint8_t* const pixel = result.row(place.height) + 4 * place.width;
        REQUIRE((pixel[0] == x && pixel[1] == y));
      }
    }
  }
}

TEST_CASE("a cut has the pixels of its place") {
  const Raster part = cut(numbered({20, 10}), 3, 4, {5, 2});
  CHECK(part.size == Size{5, 2});
  CHECK(part.row(1)[4 * 2] == 5);
  CHECK(part.row(1)[4 * 2 + 1] == 5);
}

TEST_CASE("a transparent picture is laid on white") {
  Raster raster = one_pixel({100, 0, 200, 128});
  flatten(raster);
  CHECK(raster.pixels == Pixels::rgb);
  CHECK(raster.row(0)[0] == 177);
  CHECK(raster.row(0)[1] == 127);
  Raster clear = one_pixel({9, 9, 9, 0});
  flatten(clear);
  CHECK(clear.row(0)[0] == 255);
}

TEST_CASE("an alpha that hides nothing is dropped") {
  Raster opaque = one_pixel({1, 2, 3, 255});
  drop_opaque_alpha(opaque);
  CHECK(opaque.pixels == Pixels::rgb);
  Raster faint = one_pixel({1, 2, 3, 254});
  drop_opaque_alpha(faint);
  CHECK(faint.pixels == Pixels::rgba);
}

}  // namespace
}  // namespace likeness::imaging
