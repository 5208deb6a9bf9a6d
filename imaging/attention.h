#ifndef LIKENESS_IMAGING_ATTENTION_H_
#define LIKENESS_IMAGING_ATTENTION_H_

#include "config/base/error.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// Cuts `size` pixels out where libvips finds the picture most interesting: skin, saturated colours
// and edges. REQUIRES: the raster is not smaller than `size`.
[[nodiscard]] Result<Raster> crop_to_attention(const Raster& raster, Size size);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_ATTENTION_H_
