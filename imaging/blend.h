#ifndef LIKENESS_IMAGING_BLEND_H_
#define LIKENESS_IMAGING_BLEND_H_

#include <cstdint>
#include <span>

#include "imaging/filter.h"
#include "imaging/lanes.h"

namespace likeness::imaging {

// The two loops in which resampling spends its time, as the processor does them best. They compute
// in whole numbers, so whichever is used, the pictures are equal to the byte.
//
// Pixels are of four channels; between the two loops a channel is a 16-bit number, kScale times
// larger than a byte, with room left for what Lanczos adds beside edges.
struct Blend {
  static constexpr int kScale = 64;
  // Rows may be read, and results be written, for up to so many pixels more than were asked for.
  static constexpr int kExcess = 7;

  // Adds up the weighted `rows`: an even number of them, and a vector of weights for each pair.
  void (*rows)(std::span<const std::uint8_t* const> rows, const Words* weights, int width,
               std::int16_t* into);

  // The first `width` pixels that `columns` makes of the row that begins with the source's column
  // `left`, kScale * Filter::kOne times larger than a byte.
  void (*columns)(const std::int16_t* row, const Filter& columns, int left, int width, Ints* into);
};

extern const Blend kPlainBlend;

// The fastest one that this processor knows.
[[nodiscard]] const Blend& best_blend();

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_BLEND_H_
