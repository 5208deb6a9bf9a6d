#include "imaging/resample.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <numbers>
#include <vector>

namespace likeness::imaging {
namespace {

// A pixel, and two, as the compiler's portable vectors; it picks the machine's registers.
using Pixel = float __attribute__((vector_size(16)));
using PixelInts = int __attribute__((vector_size(16)));

constexpr double kLobes = 3;

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double turn = std::numbers::pi * x;
  return kLobes * std::sin(turn) * std::sin(turn / kLobes) / (turn * turn);
}

// For each pixel of an edge of the answer: the source pixels that make it and their weights, which
// add up to one.
class Filter {
 public:
  Filter(double start, double length, int source_edge, int edge)
      : taps_(static_cast<int>(std::ceil(reach(length, edge) * 2)) + 2),
        first_(static_cast<std::size_t>(edge)),
        weights_(static_cast<std::size_t>(edge) * static_cast<std::size_t>(taps_)) {
    taps_ = std::min(taps_, source_edge);
    const double step = length / edge;
    const double stretch = std::max(step, 1.0);
    for (int i = 0; i < edge; ++i) {
      const double centre = start + (i + 0.5) * step;
      const int lowest = static_cast<int>(std::floor(centre - kLobes * stretch));
      first_[static_cast<std::size_t>(i)] = std::clamp(lowest, 0, source_edge - taps_);
      weigh(i, centre, stretch);
    }
  }

  [[nodiscard]] int taps() const { return taps_; }
  [[nodiscard]] int first(int i) const { return first_[static_cast<std::size_t>(i)]; }
  [[nodiscard]] const float* weights(int i) const {
    return weights_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(taps_);
  }

 private:
  static double reach(double length, int edge) { return kLobes * std::max(length / edge, 1.0); }

  void weigh(int i, double centre, double stretch) {
    float* const weights =
        weights_.data() + static_cast<std::size_t>(i) * static_cast<std::size_t>(taps_);
    double sum = 0;
    for (int tap = 0; tap < taps_; ++tap) {
      const double weight = lanczos((first(i) + tap + 0.5 - centre) / stretch);
      weights[tap] = static_cast<float>(weight);
      sum += weight;
    }
    for (int tap = 0; tap < taps_; ++tap) weights[tap] /= static_cast<float>(sum);
  }

  int taps_;
  std::vector<int> first_;
  std::vector<float> weights_;
};

// Rows of the source as floating point, each converted once: output rows use overlapping runs of
// them in rising order, so a ring of as many as one output row needs is enough.
class FloatRows {
 public:
  FloatRows(const Raster& raster, int left, int width, int depth)
      : raster_(raster),
        left_(left),
        width_(width),
        depth_(depth),
        store_(static_cast<std::size_t>(width) * static_cast<std::size_t>(depth)) {}

  const Pixel* row(int y) {
    Pixel* const slot = store_.data() + static_cast<std::ptrdiff_t>(y % depth_) * width_;
    if (y >= next_) {
      convert(y, slot);
      next_ = y + 1;
    }
    return slot;
  }

  // Skips rows that no output row needs.
  void start_at(int y) { next_ = std::max(next_, y); }

 private:
  void convert(int y, Pixel* into) const {
    const std::uint8_t* from = raster_.row(y) + std::ptrdiff_t{4} * left_;
    for (int x = 0; x < width_; ++x, from += 4) {
      into[x] = Pixel{static_cast<float>(from[0]), static_cast<float>(from[1]),
                      static_cast<float>(from[2]), static_cast<float>(from[3])};
    }
    if (raster_.pixels != Pixels::rgba) return;
    for (int x = 0; x < width_; ++x) {
      const float alpha = into[x][3] / 255;
      into[x] *= Pixel{alpha, alpha, alpha, 1};
    }
  }

  const Raster& raster_;
  int left_;
  int width_;
  int depth_;
  int next_ = 0;
  std::vector<Pixel> store_;
};

// One output row before its columns are filtered: the weighted sum of source rows.
void blend_rows(const std::vector<const Pixel*>& rows, const float* weights, Pixel* out,
                int width) {
  constexpr int kRun = 4;  // Sums that stay in registers over all rows.
  int x = 0;
  for (; x + kRun <= width; x += kRun) {
    Pixel sum[kRun] = {};
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Pixel* const from = rows[i] + x;
      for (int k = 0; k < kRun; ++k) sum[k] += weights[i] * from[k];
    }
    std::copy(sum, sum + kRun, out + x);
  }
  for (; x < width; ++x) {
    Pixel sum = {};
    for (std::size_t i = 0; i < rows.size(); ++i) sum += weights[i] * rows[i][x];
    out[x] = sum;
  }
}

Pixel weighted_sum(const Pixel* from, const float* weights, int taps) {
  Pixel even = {};
  Pixel odd = {};
  int tap = 0;
  for (; tap + 2 <= taps; tap += 2) {
    even += weights[tap] * from[tap];
    odd += weights[tap + 1] * from[tap + 1];
  }
  if (tap < taps) even += weights[tap] * from[tap];
  return even + odd;
}

void store(Pixel value, bool has_alpha, std::uint8_t* into) {
  if (has_alpha) {
    const float alpha = std::clamp(value[3], 0.0F, 255.0F);
    const float back = alpha > 0 ? 255 / alpha : 0;
    value *= Pixel{back, back, back, 1};
  }
  value += 0.5F;
  const Pixel low = {};
  const Pixel high = low + 255.5F;
  value = value < low ? low : value;
  value = value > high ? high : value;
  const auto rounded = __builtin_convertvector(value, PixelInts);
  for (int i = 0; i < 4; ++i) into[i] = static_cast<std::uint8_t>(rounded[i]);
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
  const int width = columns.first(size.width - 1) + columns.taps() - left;
  FloatRows source(raster, left, width, lines.taps());
  std::vector<Pixel> blended(static_cast<std::size_t>(width));
  std::vector<const Pixel*> rows(static_cast<std::size_t>(lines.taps()));
  const bool has_alpha = raster.pixels == Pixels::rgba;
  Raster result(size, raster.pixels);
  for (int y = 0; y < size.height; ++y) {
    source.start_at(lines.first(y));
    for (int tap = 0; tap < lines.taps(); ++tap) {
      rows[static_cast<std::size_t>(tap)] = source.row(lines.first(y) + tap);
    }
    blend_rows(rows, lines.weights(y), blended.data(), width);
    std::uint8_t* into = result.row(y);
    for (int x = 0; x < size.width; ++x, into += 4) {
      store(weighted_sum(&blended[static_cast<std::size_t>(columns.first(x) - left)],
                         columns.weights(x), columns.taps()),
            has_alpha, into);
    }
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
