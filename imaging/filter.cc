#include "imaging/filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace likeness::imaging {
namespace {

constexpr double kLobes = 3;

double lanczos(double x) {
  if (x == 0) return 1;
  if (std::abs(x) >= kLobes) return 0;
  const double turn = std::numbers::pi * x;
  return kLobes * std::sin(turn) * std::sin(turn / kLobes) / (turn * turn);
}

}  // namespace

Filter::Filter(double start, double length, int source_edge, int edge)
    : first_(static_cast<std::size_t>(edge)) {
  const double step = length / edge;
  const double stretch = std::max(step, 1.0);
  const int reach = static_cast<int>(std::ceil(2 * kLobes * stretch)) + 1;
  const int taps = std::min(reach, source_edge);
  pairs_ = (taps + 1) / 2;
  weights_.resize(static_cast<std::size_t>(edge) * static_cast<std::size_t>(pairs_));
  for (int i = 0; i < edge; ++i) {
    const double centre = start + (i + 0.5) * step;
    // The first pixel whose middle lies within reach.
    const int lowest = static_cast<int>(std::ceil(centre - kLobes * stretch - 0.5));
    first_[static_cast<std::size_t>(i)] = std::clamp(lowest, 0, source_edge - taps);
    weigh(i, taps, centre, stretch);
  }
}

void Filter::weigh(int i, int taps, double centre, double stretch) {
  std::vector<double> exact(static_cast<std::size_t>(taps));
  double sum = 0;
  for (int tap = 0; tap < taps; ++tap) {
    exact[static_cast<std::size_t>(tap)] = lanczos((first(i) + tap + 0.5 - centre) / stretch);
    sum += exact[static_cast<std::size_t>(tap)];
  }
  std::vector<std::int16_t> rounded;
  int left = kOne;
  for (const double weight : exact) {
    rounded.push_back(static_cast<std::int16_t>(std::lround(weight / sum * kOne)));
    left -= rounded.back();
  }
  // What rounding lost goes where it weighs least.
  auto& largest = *std::ranges::max_element(rounded);
  largest = static_cast<std::int16_t>(largest + left);
  rounded.resize(static_cast<std::size_t>(2 * pairs_));
  Words* const into = weights_.data() + static_cast<std::ptrdiff_t>(i) * pairs_;
  for (int tap = 0; tap < 2 * pairs_; tap += 2) {
    const std::int16_t even = rounded[static_cast<std::size_t>(tap)];
    const std::int16_t odd = rounded[static_cast<std::size_t>(tap + 1)];
    into[tap / 2] = Words{even, odd, even, odd, even, odd, even, odd};
  }
}

}  // namespace likeness::imaging
