#include "imaging/vips.h"

#include <algorithm>
#include <utility>

namespace likeness::imaging {
namespace {

struct Free {
  void operator()(void* bytes) const { g_free(bytes); }
};

// One pixel of `bands` bytes as four.
void widen(const std::uint8_t* from, int bands, std::uint8_t* into) {
  const bool is_grey = bands < 3;
  into[0] = from[0];
  into[1] = is_grey ? from[0] : from[1];
  into[2] = is_grey ? from[0] : from[2];
  into[3] = bands == 2 || bands == 4 ? from[bands - 1] : 255;
}

Pixels pixels_of(int bands) {
  if (bands == 1) return Pixels::grey;
  return bands == 3 ? Pixels::rgb : Pixels::rgba;
}

}  // namespace

std::unexpected<Error> vips_failure(Errc code, std::string_view what) {
  std::string text = vips_error_buffer();
  vips_error_clear();
  std::ranges::replace(text, '\n', ' ');
  return fail(code, std::string(what) + ": " + text);
}

Image wrap(const Raster& raster) {
  Image all(vips_image_new_from_memory(raster.bytes.get(), raster.byte_count(), raster.size.width,
                                       raster.size.height, 4, VIPS_FORMAT_UCHAR));
  const auto as = [](const Image& image, VipsInterpretation interpretation) {
    return then(image, vips_copy, "interpretation", interpretation);
  };
  switch (raster.pixels) {
    case Pixels::grey: return as(then(all, vips_extract_band, 0, "n", 1), VIPS_INTERPRETATION_B_W);
    case Pixels::rgb: return as(then(all, vips_extract_band, 0, "n", 3), VIPS_INTERPRETATION_sRGB);
    case Pixels::rgba: return as(all, VIPS_INTERPRETATION_sRGB);
    case Pixels::cmyk: return as(all, VIPS_INTERPRETATION_CMYK);
  }
  return nullptr;
}

Result<Raster> read(const Image& image) {
  std::size_t length = 0;
  const std::unique_ptr<void, Free> bytes(
      image == nullptr ? nullptr : vips_image_write_to_memory(image.get(), &length));
  if (bytes == nullptr) return vips_failure(Errc::bad_source, "decode");
  const int bands = image->Bands;
  Raster raster({image->Xsize, image->Ysize}, pixels_of(bands));
  const auto* from = static_cast<const std::uint8_t*>(bytes.get());
  std::uint8_t* const end = raster.bytes.get() + raster.byte_count();
  for (auto* into = raster.bytes.get(); into != end; into += 4, from += bands) {
    widen(from, bands, into);
  }
  return raster;
}

}  // namespace likeness::imaging
