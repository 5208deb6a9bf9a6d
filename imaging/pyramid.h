#ifndef LIKENESS_IMAGING_PYRAMID_H_
#define LIKENESS_IMAGING_PYRAMID_H_

#include <vector>

#include "config/base/error.h"
#include "imaging/geometry.h"
#include "imaging/raster.h"
#include "imaging/spec.h"

namespace likeness::imaging {

// A Pyramid makes pictures of many sizes from one decoded source: it keeps halves and quarters of
// it, made when first needed, and starts each picture from the smallest one that costs no quality.
// Sizes and windows are those of the stored source, before its orientation is applied.
//
// Confined to one thread.
class Pyramid {
 public:
  // `source` is the size of the stored source that `decoded` shows, perhaps reduced.
  Pyramid(Decoded decoded, Size source);

  // The source, or the part of it that `answer`'s aspect leaves, in `answer` pixels.
  [[nodiscard]] Result<Raster> render(Size answer, Fit fit, Gravity gravity);

  [[nodiscard]] Pixels pixels() const { return levels_.front().raster.pixels; }

 private:
  const Decoded& level_for(double scale);
  [[nodiscard]] Raster scaled(const Window& part, Size answer);

  Size source_;
  std::vector<Decoded> levels_;  // Each half of the one before it.
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_PYRAMID_H_
