#ifndef LIKENESS_IMAGING_FILTER_H_
#define LIKENESS_IMAGING_FILTER_H_

#include <cstddef>
#include <vector>

#include "imaging/lanes.h"

namespace likeness::imaging {

// A Filter says for each pixel along an edge of an answer which source pixels make it, and their
// weights: Lanczos with three lobes, as wide as the reduction needs. Taps come in pairs, the second
// of the last one perhaps of no weight. Immutable.
class Filter {
 public:
  // Weights add up to this, exactly, so that a plain area keeps its colour.
  static constexpr int kOne = 1 << 14;

  // `edge` answer pixels from `length` source pixels, which begin at `start`, of `source_edge`.
  Filter(double start, double length, int source_edge, int edge);

  [[nodiscard]] int pairs() const { return pairs_; }
  // The first source pixel of the i-th answer pixel. With all its taps it may reach one pixel past
  // the source's edge.
  [[nodiscard]] int first(int i) const { return first_[static_cast<std::size_t>(i)]; }
  // pairs() vectors, each the two weights of a pair four times over.
  [[nodiscard]] const Words* weights(int i) const {
    return weights_.data() + static_cast<std::ptrdiff_t>(i) * pairs_;
  }

 private:
  // Makes the i-th answer pixel's weights of the filter's values at its taps, which it rounds.
  void weigh(int i, std::vector<double>& values);

  int pairs_;
  std::vector<int> first_;
  std::vector<Words> weights_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_FILTER_H_
