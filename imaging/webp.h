#ifndef LIKENESS_IMAGING_WEBP_H_
#define LIKENESS_IMAGING_WEBP_H_

#include <string>

#include "config/base/error.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// Lossy WebP by libwebp itself: libvips 8.14 appends an EXIF block whatever its `strip` says, which
// is a fifth of a small thumbnail. REQUIRES: no edge is over 16,383; pixels are not cmyk.
[[nodiscard]] Result<std::string> encode_webp(const Raster& raster, int quality);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_WEBP_H_
