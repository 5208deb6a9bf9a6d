#ifndef LIKENESS_IMAGING_GEOMETRY_H_
#define LIKENESS_IMAGING_GEOMETRY_H_

#include "imaging/spec.h"

namespace likeness::imaging {

// A rectangle of a picture in pixels; edges may lie between pixels.
struct Window {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
};

// Whether an answer of `answer` pixels shows all of the source: its aspect is the source's but for
// the rounding to whole pixels. Such an answer is stretched by less than a pixel, not cut.
[[nodiscard]] bool is_whole(Size source, Size answer);

// The part of the source, centred, that fills an answer of `answer` pixels: all of it for contain
// and for answers that are whole, the largest part of the answer's aspect otherwise.
[[nodiscard]] Window visible_part(Size source, Size answer, Fit fit);

// The size that the whole source has where visible_part() has the size of the answer.
[[nodiscard]] Size covering_size(Size source, Size answer, Fit fit);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_GEOMETRY_H_
