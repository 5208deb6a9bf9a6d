#ifndef LIKENESS_IMAGING_VIPS_H_
#define LIKENESS_IMAGING_VIPS_H_

// libvips in our words; only for the sources of imaging/, so that its headers stay there.

#include <vips/vips.h>

#include <memory>
#include <string>

#include "config/base/error.h"
#include "imaging/raster.h"

namespace likeness::imaging {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

// The next image of a pipeline: `operation(in, &out, arguments...)`. Null if it fails or if `in` is
// null already, so that a pipeline is checked once, at its end; failure() then says why.
template <class Operation, class... Arguments>
[[nodiscard]] Image then(const Image& in, Operation operation, Arguments... arguments) {
  VipsImage* out = nullptr;
  if (in != nullptr && operation(in.get(), &out, arguments..., nullptr) != 0) return nullptr;
  return Image(out);
}

// Takes libvips' collected error text along and clears it.
[[nodiscard]] std::unexpected<Error> vips_failure(Errc code, std::string_view what);

// A raster as an image of one, three or four bands, without metadata. The raster must outlive what
// is made of the image.
[[nodiscard]] Image wrap(const Raster& raster);

// Reads a whole image of one to four bands of bytes (grey, grey and alpha, RGB, RGBA) to memory.
[[nodiscard]] Result<Raster> read(const Image& image);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_VIPS_H_
