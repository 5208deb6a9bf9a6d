#ifndef LIKENESS_IMAGING_ENCODE_H_
#define LIKENESS_IMAGING_ENCODE_H_

#include <string>

#include "config/base/error.h"
#include "imaging/raster.h"
#include "imaging/spec.h"

namespace likeness::imaging {

// Encodes an upright sRGB picture without metadata. WebP, AVIF and PNG keep alpha, JPEG has it laid
// on white. PNG takes no quality. Errors: source_too_large (WebP and JPEG end at 16,383 and 65,500
// pixels an edge), internal.
[[nodiscard]] Result<std::string> encode(Raster raster, Format format, int quality);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_ENCODE_H_
