#include "imaging/filter.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <span>

namespace likeness::imaging {
namespace {

constexpr double kLobes = 3;

// Lanczos at `from`, `from + step`, … . From a tap's sine and cosine follow those of the next one,
// and from the sine of a third of an angle that of the angle: sin 3a = (3 - 4 sin a sin a) sin a.
void lanczos(double from, double step, std::span<double> values) {
  constexpr double kThirdOfTurn = std::numbers::pi / kLobes;
  const double step_sine = std::sin(kThirdOfTurn * step);
  const double step_cosine = std::cos(kThirdOfTurn * step);
  double sine = std::sin(kThirdOfTurn * from);
  double cosine = std::cos(kThirdOfTurn * from);
  int i = 0;
  for (double& value : values) {
    const double x = from + step * i++;
    const double third = kThirdOfTurn * x;
    if (std::abs(x) >= kLobes) {
      value = 0;
    } else if (std::abs(x) < 1e-6) {
      value = 1;
    } else {
      value = (3 - 4 * sine * sine) * sine * sine / (kLobes * third * third);
    }
    const double next = sine * step_cosine + cosine * step_sine;
    cosine = cosine * step_cosine - sine * step_sine;
    sine = next;
  }
}

double rounded(double value) { return static_cast<int>(value < 0 ? value - 0.5 : value + 0.5); }

}  // namespace

Filter::Filter(double start, double length, int source_edge, int edge)
    : first_(static_cast<std::size_t>(edge)) {
  const double step = length / edge;
  const double stretch = std::max(step, 1.0);
  const int reach = static_cast<int>(std::ceil(2 * kLobes * stretch)) + 1;
  const int taps = std::min(reach, source_edge);
  pairs_ = (taps + 1) / 2;
  weights_.resize(static_cast<std::size_t>(edge) * static_cast<std::size_t>(pairs_));
  std::vector<double> values(static_cast<std::size_t>(2 * pairs_));
  for (int i = 0; i < edge; ++i) {
    const double centre = start + (i + 0.5) * step;
    // The first pixel whose middle lies within reach.
    const int lowest = static_cast<int>(std::ceil(centre - kLobes * stretch - 0.5));
    const int first = std::clamp(lowest, 0, source_edge - taps);
    first_[static_cast<std::size_t>(i)] = first;
    lanczos((first + 0.5 - centre) / stretch, 1 / stretch,
            std::span(values).first(static_cast<std::size_t>(taps)));
    weigh(i, values);
  }
}

void Filter::weigh(int i, std::vector<double>& values) {
  const double scale = kOne / std::accumulate(values.begin(), values.end(), 0.0);
  double left = kOne;
  for (double& value : values) {
    value = rounded(value * scale);
    left -= value;
  }
  // What rounding lost goes where it weighs least.
  *std::ranges::max_element(values) += left;
  Words* into = weights_.data() + static_cast<std::ptrdiff_t>(i) * pairs_;
  for (std::size_t tap = 0; tap < values.size(); tap += 2) {
    const auto even = static_cast<std::int16_t>(values[tap]);
    const auto odd = static_cast<std::int16_t>(values[tap + 1]);
    *into++ = Words{even, odd, even, odd, even, odd, even, odd};
  }
}

}  // namespace likeness::imaging
