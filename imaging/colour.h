#ifndef LIKENESS_IMAGING_COLOUR_H_
#define LIKENESS_IMAGING_COLOUR_H_

#include <string>

#include "config/base/error.h"
#include "imaging/raster.h"
#include "imaging/vips.h"

namespace likeness::imaging {

// Eight bits a channel, whatever the image had; grey, colour or CMYK as before.
[[nodiscard]] Image to_bytes(const Image& image);

// Any 8-bit image of to_bytes(), with the colour profile that it carries (CMYK without one: a
// common press profile), as sRGB. A profile that is damaged or for another kind of picture is
// ignored, as browsers do.
[[nodiscard]] Image to_srgb(const Image& image);

// The same for a decoded JPEG and its profile; does nothing where that is all sRGB already.
[[nodiscard]] Result<Raster> to_srgb(Raster raster, const std::string& icc);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_COLOUR_H_
