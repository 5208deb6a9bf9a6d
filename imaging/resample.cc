#include "imaging/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include "imaging/filter.h"
#include "imaging/lanes.h"

namespace likeness::imaging {
namespace {

// Between the two directions a pixel is this many times larger than a byte, with room left in 16
// bits for what Lanczos adds beside edges.
constexpr int kScale = 64;
constexpr int kPixelsPerWords = 2;

// Rows of the source as 16-bit numbers, each converted once: output rows use overlapping runs of
// them in rising order, so a ring of as many as one output row needs is enough.
class WideRows {
 public:
  WideRows(const Raster& raster, int left, int width, int depth)
      : raster_(raster),
        left_(left),
        width_(width),
        // One vector more than the pixels, as filters read in pairs.
        stride_((width + 1) / kPixelsPerWords + 1),
        depth_(depth),
        store_(static_cast<std::size_t>(stride_) * static_cast<std::size_t>(depth)) {}

  [[nodiscard]] int stride() const { return stride_; }

  // A row past the last one is all zero, and weighs nothing.
  const Words* row(int y) {
    Words* const slot = store_.data() + static_cast<std::ptrdiff_t>(y % depth_) * stride_;
    if (y >= next_) {
      convert(y, slot);
      next_ = y + 1;
    }
    return slot;
  }

  // Skips rows that no output row needs.
  void start_at(int y) { next_ = std::max(next_, y); }

 private:
  void convert(int y, Words* slot) const {
    auto* const into = reinterpret_cast<std::int16_t*>(slot);
    if (y >= raster_.size.height) {
      std::fill(into, into + 8 * static_cast<std::ptrdiff_t>(stride_), std::int16_t{0});
      return;
    }
    const std::uint8_t* const from = raster_.row(y) + std::ptrdiff_t{4} * left_;
    const int count = 4 * std::min(width_, raster_.size.width - left_);
    for (int i = 0; i < count; ++i) into[i] = from[i];
    if (raster_.pixels != Pixels::rgba) return;
    for (int i = 0; i < count; i += 4) {
      for (int k = 0; k < 3; ++k) {
        into[i + k] = static_cast<std::int16_t>((from[i + k] * from[i + 3] + 127) / 255);
      }
    }
  }

  const Raster& raster_;
  int left_;
  int width_;
  int stride_;
  int depth_;
  int next_ = 0;
  std::vector<Words> store_;
};

// One output row before its columns are filtered: pairs of source rows, weighted and added up.
void blend_rows(const std::vector<const Words*>& rows, const Words* weights, int width,
                Words* out) {
  constexpr int kRun = 4;  // Whose sums stay in registers over all rows.
  const Ints rounding = Ints{} + Filter::kOne / kScale / 2;
  constexpr int kShift = 8;
  static_assert(Filter::kOne / kScale == 1 << kShift);
  const auto blend = [&](int x, auto run) {
    Ints low[run];
    Ints high[run];
    std::fill(low, low + run, rounding);
    std::fill(high, high + run, rounding);
    for (std::size_t pair = 0; pair < rows.size() / 2; ++pair) {
      const Words* const upper = rows[2 * pair] + x;
      const Words* const lower = rows[2 * pair + 1] + x;
      for (int k = 0; k < run; ++k) {
        low[k] += multiply_add(interleave_low(upper[k], lower[k]), weights[pair]);
        high[k] += multiply_add(interleave_high(upper[k], lower[k]), weights[pair]);
      }
    }
    for (int k = 0; k < run; ++k) out[x + k] = narrow(low[k] >> kShift, high[k] >> kShift);
  };
  int x = 0;
  for (; x + kRun <= width; x += kRun) blend(x, std::integral_constant<int, kRun>());
  for (; x < width; ++x) blend(x, std::integral_constant<int, 1>());
}

// Each pixel of a row beside its right neighbour, channel by channel, as pairs of taps want them.
void pair_up(const Words* row, int width, Words* pairs) {
  const auto* const numbers = reinterpret_cast<const std::int16_t*>(row);
  for (int x = 0; x < width; ++x) {
    Words both;
    std::memcpy(&both, numbers + std::ptrdiff_t{4} * x, sizeof both);
    pairs[x] = __builtin_shufflevector(both, both, 0, 4, 1, 5, 2, 6, 3, 7);
  }
}

void blend_columns(const Words* pairs, const Filter& columns, int left, bool has_alpha, int width,
                   std::uint8_t* into) {
  constexpr int kShift = 20;
  static_assert(Filter::kOne * kScale == 1 << kShift);
  for (int x = 0; x < width; ++x, into += 4) {
    const Words* const from = pairs + (columns.first(x) - left);
    const Words* const weights = columns.weights(x);
    Ints sum = Ints{} + (1 << (kShift - 1));
    for (int pair = 0; pair < columns.pairs(); ++pair) {
      sum += multiply_add(from[2 * pair], weights[pair]);
    }
    if (has_alpha) {
      const int alpha = std::max(sum[3] >> kShift, 1);
      for (int k = 0; k < 3; ++k) sum[k] = static_cast<int>(std::int64_t{sum[k]} * 255 / alpha);
    }
    store_bytes(sum >> kShift, into);
  }
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
  WideRows source(raster, left, width, 2 * lines.pairs());
  std::vector<const Words*> rows(static_cast<std::size_t>(2 * lines.pairs()));
  std::vector<Words> blended(static_cast<std::size_t>(source.stride()));
  std::vector<Words> pairs(static_cast<std::size_t>(width));
  Raster result(size, raster.pixels);
  for (int y = 0; y < size.height; ++y) {
    source.start_at(lines.first(y));
    for (int tap = 0; tap < 2 * lines.pairs(); ++tap) {
      rows[static_cast<std::size_t>(tap)] = source.row(lines.first(y) + tap);
    }
    blend_rows(rows, lines.weights(y), source.stride(), blended.data());
    pair_up(blended.data(), width, pairs.data());
    blend_columns(pairs.data(), columns, left, raster.pixels == Pixels::rgba, size.width,
                  result.row(y));
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
    for (int x = 0; x < pairs; ++x) {
      for (int i = 0; i < 4; ++i) {
        const int at = 8 * x + i;
        into[4 * x + i] = static_cast<std::uint8_t>(
            (upper[at] + upper[at + 4] + lower[at] + lower[at + 4] + 2) / 4);
      }
    }
    if (pairs < size.width) {
      for (int at = 8 * pairs, i = 0; i < 4; ++i, ++at) {
        into[4 * pairs + i] = static_cast<std::uint8_t>((upper[at] + lower[at] + 1) / 2);
      }
    }
  }
  return result;
}

}  // namespace likeness::imaging
