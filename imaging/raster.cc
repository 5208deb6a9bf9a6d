#include "imaging/raster.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace likeness::imaging {
namespace {

// Where the pixels of a stored picture go: the steps, in pixels of the upright one, from a stored
// pixel to its right and its lower neighbour, and the place of the first.
struct Walk {
  std::ptrdiff_t start;
  std::ptrdiff_t right;
  std::ptrdiff_t down;
};

Walk walk(Size stored, int orientation) {
  const std::ptrdiff_t w = stored.width;
  const std::ptrdiff_t h = stored.height;
  switch (orientation) {
    case 2: return {w - 1, -1, w};
    case 3: return {w * h - 1, -1, -w};
    case 4: return {w * (h - 1), 1, -w};
    case 5: return {0, h, 1};
    case 6: return {h - 1, h, -1};
    case 7: return {w * h - 1, -h, -1};
    case 8: return {h * (w - 1), -h, 1};
    default: return {0, 1, w};
  }
}

// Transposing walks memory in long strides; squares of this edge keep both sides in the cache.
constexpr int kBlock = 32;

void copy_block(const Raster& from, Raster& to, const Walk& steps, int left, int top) {
  const int right = std::min(left + kBlock, from.size.width);
  const int bottom = std::min(top + kBlock, from.size.height);
  for (int y = top; y < bottom; ++y) {
    const std::uint8_t* pixel = from.row(y) + std::ptrdiff_t{4} * left;
    std::ptrdiff_t place = steps.start + y * steps.down + left * steps.right;
    for (int x = left; x < right; ++x, pixel += 4, place += steps.right) {
      std::memcpy(to.bytes.get() + 4 * place, pixel, 4);
    }
  }
}

std::uint8_t on_white(unsigned value, unsigned alpha) {
  return static_cast<std::uint8_t>((value * alpha + 255 * (255 - alpha) + 127) / 255);
}

}  // namespace

Raster upright(Raster raster, int orientation) {
  if (orientation < 2 || orientation > 8) return raster;
  Raster result(oriented(raster.size, orientation), raster.pixels);
  const Walk steps = walk(raster.size, orientation);
  for (int top = 0; top < raster.size.height; top += kBlock) {
    for (int left = 0; left < raster.size.width; left += kBlock) {
      copy_block(raster, result, steps, left, top);
    }
  }
  return result;
}

Raster cut(const Raster& raster, int left, int top, Size size) {
  Raster result(size, raster.pixels);
  for (int y = 0; y < size.height; ++y) {
    std::memcpy(result.row(y), raster.row(top + y) + std::ptrdiff_t{4} * left, result.row_bytes());
  }
  return result;
}

void flatten(Raster& raster) {
  if (raster.pixels != Pixels::rgba) return;
  std::uint8_t* const end = raster.bytes.get() + raster.byte_count();
  for (std::uint8_t* pixel = raster.bytes.get(); pixel != end; pixel += 4) {
    for (int i = 0; i < 3; ++i) pixel[i] = on_white(pixel[i], pixel[3]);
  }
  raster.pixels = Pixels::rgb;
}

void drop_opaque_alpha(Raster& raster) {
  if (raster.pixels != Pixels::rgba) return;
  const std::uint8_t* const end = raster.bytes.get() + raster.byte_count();
  for (const std::uint8_t* pixel = raster.bytes.get(); pixel != end; pixel += 4) {
    if (pixel[3] != 255) return;
  }
  raster.pixels = Pixels::rgb;
}

}  // namespace likeness::imaging
