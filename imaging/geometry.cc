#include "imaging/geometry.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>

namespace likeness::imaging {
namespace {

// Whether `other_answer` is `other` scaled as `edge` becomes `edge_answer`, rounded to a pixel.
bool rounds_to(int edge, int edge_answer, int other, int other_answer) {
  const std::int64_t scaled = std::int64_t{other} * edge_answer;
  return 2 * std::abs(scaled - std::int64_t{other_answer} * edge) <= edge;
}

}  // namespace

bool is_whole(Size source, Size answer) {
  return rounds_to(source.width, answer.width, source.height, answer.height) ||
         rounds_to(source.height, answer.height, source.width, answer.width);
}

Window visible_part(Size source, Size answer, Fit fit) {
  const double width = source.width;
  const double height = source.height;
  if (fit == Fit::contain || is_whole(source, answer)) return {0, 0, width, height};
  const double scale = std::max(answer.width / width, answer.height / height);
  const double part_width = std::min(width, answer.width / scale);
  const double part_height = std::min(height, answer.height / scale);
  return {(width - part_width) / 2, (height - part_height) / 2, part_width, part_height};
}

Size covering_size(Size source, Size answer, Fit fit) {
  if (fit == Fit::contain || is_whole(source, answer)) return answer;
  const double scale = std::max(answer.width / static_cast<double>(source.width),
                                answer.height / static_cast<double>(source.height));
  const auto scaled = [&](int edge) { return static_cast<int>(std::lround(edge * scale)); };
  return {std::max(answer.width, scaled(source.width)),
          std::max(answer.height, scaled(source.height))};
}

}  // namespace likeness::imaging
