#include "imaging/attention.h"

#include "imaging/vips.h"

namespace likeness::imaging {

Result<Raster> crop_to_attention(const Raster& raster, Size size) {
  const Image cropped = then(wrap(raster), vips_smartcrop, size.width, size.height, "interesting",
                             VIPS_INTERESTING_ATTENTION);
  if (cropped == nullptr) return vips_failure(Errc::internal, "attention");
  return read(cropped);
}

}  // namespace likeness::imaging
