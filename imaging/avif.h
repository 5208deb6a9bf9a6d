#ifndef LIKENESS_IMAGING_AVIF_H_
#define LIKENESS_IMAGING_AVIF_H_

#include <string>

#include "config/base/error.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// AVIF by libheif itself: libvips 8.14 leaves the encoder at libheif's four threads, and the
// workers are parallel already. REQUIRES: pixels are not cmyk.
[[nodiscard]] Result<std::string> encode_avif(const Raster& raster, int quality, Chroma chroma);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_AVIF_H_
