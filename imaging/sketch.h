#ifndef LIKENESS_IMAGING_SKETCH_H_
#define LIKENESS_IMAGING_SKETCH_H_

#include <string>

#include "config/base/error.h"
#include "imaging/job.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// The longest edge of the picture that a sketch is made of.
inline constexpr int kSketchEdge = 32;
// The longest edge of a sketch's preview.
inline constexpr int kPreviewEdge = 16;

// Sums a picture up; `raster` is upright, of at most kSketchEdge pixels an edge, and not cmyk.
[[nodiscard]] Result<Sketch> sketch(const Raster& raster);

// ThumbHash of such a picture, byte for byte as its author's encoder gives it
// (evanw.github.io/thumbhash): the low frequencies of luma, two colour differences and alpha, in
// some 21 to 25 bytes, aspect and average colour included.
[[nodiscard]] std::string thumbhash(const Raster& raster);

// The mean of the most frequent among colours of four bits a channel; transparent pixels do not
// count.
[[nodiscard]] std::array<std::uint8_t, 3> dominant_colour(const Raster& raster);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SKETCH_H_
