#include "imaging/colour.h"

#include <string_view>
#include <utility>

#include "imaging/metadata.h"

namespace likeness::imaging {
namespace {

bool is_16_bit(const Image& image) { return image->BandFmt == VIPS_FORMAT_USHORT; }

std::string_view profile(const Image& image) {
  const void* bytes = nullptr;
  std::size_t length = 0;
  if (vips_image_get_typeof(image.get(), VIPS_META_ICC_NAME) == 0 ||
      vips_image_get_blob(image.get(), VIPS_META_ICC_NAME, &bytes, &length) != 0) {
    return {};
  }
  return {static_cast<const char*>(bytes), length};
}

// libvips guesses the meaning of unlabelled bands by their number; so do we.
VipsInterpretation simple_interpretation(const Image& image) {
  return image->Bands < 3 ? VIPS_INTERPRETATION_B_W : VIPS_INTERPRETATION_sRGB;
}

Image transform(const Image& image) {
  return then(image, vips_icc_transform, "srgb", "embedded", TRUE, "input_profile",
              image->Type == VIPS_INTERPRETATION_CMYK ? "cmyk" : "srgb", "intent",
              VIPS_INTENT_RELATIVE, "black_point_compensation", TRUE, "depth", 8);
}

}  // namespace

Image to_bytes(const Image& image) {
  if (image == nullptr || image->BandFmt == VIPS_FORMAT_UCHAR) {
    return then(image, vips_copy);
  }
  if (!is_16_bit(image)) {
    // Floating point, Lab and the like: the colour engine knows their ranges.
    return then(then(image, vips_colourspace, VIPS_INTERPRETATION_sRGB), vips_cast_uchar);
  }
  const Image bytes = then(image, vips_cast, VIPS_FORMAT_UCHAR, "shift", TRUE);
  if (image->Type == VIPS_INTERPRETATION_CMYK) return then(bytes, vips_copy);
  return then(bytes, vips_copy, "interpretation", simple_interpretation(image));
}

Image to_srgb(const Image& image) {
  if (image == nullptr) return nullptr;
  const std::string_view icc = profile(image);
  const bool is_cmyk = image->Type == VIPS_INTERPRETATION_CMYK;
  if (is_cmyk || (!icc.empty() && !is_srgb_profile(icc))) {
    if (Image converted = transform(image)) return converted;
    vips_error_clear();
  }
  if (is_cmyk) return then(image, vips_colourspace, VIPS_INTERPRETATION_sRGB);
  if (image->Type == VIPS_INTERPRETATION_B_W || image->Type == VIPS_INTERPRETATION_sRGB ||
      image->Type == VIPS_INTERPRETATION_RGB || image->Type == VIPS_INTERPRETATION_MULTIBAND) {
    return then(image, vips_copy, "interpretation", simple_interpretation(image));
  }
  return then(then(image, vips_colourspace, VIPS_INTERPRETATION_sRGB), vips_cast_uchar);
}

Result<Raster> to_srgb(Raster raster, const std::string& icc) {
  if (raster.pixels != Pixels::cmyk && (icc.empty() || is_srgb_profile(icc))) return raster;
  const Image image = wrap(raster);
  if (image != nullptr && !icc.empty()) {
    vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, icc.data(), icc.size());
  }
  return read(to_srgb(image));
}

}  // namespace likeness::imaging
