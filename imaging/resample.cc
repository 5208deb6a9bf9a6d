#include "imaging/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "imaging/blend.h"
#include "imaging/filter.h"
#include "imaging/lanes.h"

namespace likeness::imaging {
namespace {

// Rows of the source, from column `left` on, as they are blended: those of an rgba picture weigh as
// much as they are opaque. Each is copied once, since output rows use overlapping runs of them in
// rising order: a ring of as many as one output row needs stays near the processor.
class Rows {
 public:
  Rows(const Raster& raster, int left, int width, int depth)
      : raster_(raster),
        start_(kChannels * static_cast<std::size_t>(left)),
        // A filter may reach one pixel past the edge.
        used_(kChannels * static_cast<std::size_t>(std::min(width, raster.size.width - left))),
        stride_(kChannels * static_cast<std::size_t>(width + Blend::kExcess)),
        depth_(depth),
        ring_(stride_ * static_cast<std::size_t>(depth)) {}

  // `depth` rows from `first` on. One past the last weighs nothing, so any will do for it.
  void collect(int first, std::vector<const std::uint8_t*>& rows) {
    next_ = std::max(next_, first);
    for (int i = 0; i < depth_; ++i) {
      rows[static_cast<std::size_t>(i)] = row(std::min(first + i, raster_.size.height - 1));
    }
  }

 private:
  static constexpr std::size_t kChannels = 4;

  const std::uint8_t* row(int y) {
    std::uint8_t* const slot = ring_.data() + static_cast<std::size_t>(y % depth_) * stride_;
    if (y >= next_) {
      copy(raster_.row(y) + start_, slot);
      next_ = y + 1;
    }
    return slot;
  }

  void copy(const std::uint8_t* from, std::uint8_t* into) const {
    std::memcpy(into, from, used_);
    if (raster_.pixels != Pixels::rgba) return;
    for (const std::uint8_t* const end = into + used_; into != end; into += kChannels) {
      for (std::size_t i = 0; i < 3; ++i) {
        into[i] = static_cast<std::uint8_t>((into[i] * into[3] + 127) / 255);
      }
    }
  }

  const Raster& raster_;
  std::size_t start_;
  std::size_t used_;
  std::size_t stride_;
  int depth_;
  int next_ = 0;
  std::vector<std::uint8_t> ring_;
};

void finish(const std::vector<Ints>& sums, bool has_alpha, std::uint8_t* into) {
  constexpr int kShift = 20;
  static_assert(Filter::kOne * Blend::kScale == 1 << kShift);
  for (const Ints& sum : sums) {
    Ints pixel = sum + (1 << (kShift - 1));
    if (has_alpha) {
      const int alpha = std::max(pixel[3] >> kShift, 1);
      for (int k = 0; k < 3; ++k) pixel[k] = static_cast<int>(std::int64_t{pixel[k]} * 255 / alpha);
    }
    store_bytes(pixel >> kShift, into);
    into += 4;
  }
}

// The means of four pixels each, of two rows.
Words mean_of_two(const std::uint8_t* upper, const std::uint8_t* lower) {
  Bytes above;
  Bytes below;
  std::memcpy(&above, upper, sizeof above);
  std::memcpy(&below, lower, sizeof below);
  const Words left = widen_low(above) + widen_low(below);
  const Words right = widen_high(above) + widen_high(below);
  const Words even = __builtin_shufflevector(left, right, 0, 1, 2, 3, 8, 9, 10, 11);
  const Words odd = __builtin_shufflevector(left, right, 4, 5, 6, 7, 12, 13, 14, 15);
  return (even + odd + 2) >> 2;
}

bool is_copy(const Window& window, Size size) {
  return window.width == size.width && window.height == size.height &&
         window.left == std::floor(window.left) && window.top == std::floor(window.top);
}

}  // namespace

Raster resample(const Raster& raster, const Window& window, Size size) {
  if (is_copy(window, size)) {
    return cut(raster, static_cast<int>(window.left), static_cast<int>(window.top), size);
  }
  const Filter columns(window.left, window.width, raster.size.width, size.width);
  const Filter lines(window.top, window.height, raster.size.height, size.height);
  const int left = columns.first(0);
  const int width = columns.first(size.width - 1) + 2 * columns.pairs() - left;
  Rows source(raster, left, width, 2 * lines.pairs());
  std::vector<const std::uint8_t*> rows(static_cast<std::size_t>(2 * lines.pairs()));
  std::vector<std::int16_t> blended(4 * static_cast<std::size_t>(width + Blend::kExcess));
  std::vector<Ints> sums(static_cast<std::size_t>(size.width));
  Raster result(size, raster.pixels);
  const Blend& blend = best_blend();
  for (int y = 0; y < size.height; ++y) {
    source.collect(lines.first(y), rows);
    blend.rows(rows, lines.weights(y), width, blended.data());
    blend.columns(blended.data(), columns, left, size.width, sums.data());
    finish(sums, raster.pixels == Pixels::rgba, result.row(y));
  }
  return result;
}

Raster halve(const Raster& raster) {
  const Size size{(raster.size.width + 1) / 2, (raster.size.height + 1) / 2};
  Raster result(size, raster.pixels);
  for (int y = 0; y < size.height; ++y) {
    const std::uint8_t* const upper = raster.row(2 * y);
    const std::uint8_t* const lower = raster.row(std::min(2 * y + 1, raster.size.height - 1));
    std::uint8_t* const into = result.row(y);
    const int pairs = raster.size.width / 2;
    int x = 0;
    for (; x + 4 <= pairs; x += 4) {
      const Bytes four = as_bytes(mean_of_two(upper + 8 * x, lower + 8 * x),
                                  mean_of_two(upper + 8 * x + 16, lower + 8 * x + 16));
      std::memcpy(into + 4 * x, &four, sizeof four);
    }
    for (; x < size.width; ++x) {
      const int right = x < pairs ? 4 : 0;
      for (int at = 8 * x; at < 8 * x + 4; ++at) {
        into[at - 4 * x] = static_cast<std::uint8_t>(
            (upper[at] + upper[at + right] + lower[at] + lower[at + right] + 2) / 4);
      }
    }
  }
  return result;
}

}  // namespace likeness::imaging
