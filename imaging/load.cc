#include "imaging/load.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "imaging/colour.h"
#include "imaging/vips.h"

namespace likeness::imaging {
namespace {

// `scale` is only known to the WebP loader, which reduces as it decodes.
Image open(SourceFormat format, std::string_view bytes, double scale) {
  VipsImage* image = nullptr;
  // libvips reads through a pointer to non-const, and only reads.
  auto* const data = const_cast<char*>(bytes.data());
  const std::size_t length = bytes.size();
  const auto with = [&](auto loader, auto... options) {
    return loader(data, length, &image, options..., "access", VIPS_ACCESS_SEQUENTIAL, "fail_on",
                  VIPS_FAIL_ON_ERROR, nullptr);
  };
  int failed = -1;
  switch (format) {
    case SourceFormat::jpeg: break;  // Has its own decoder, imaging/jpeg.h.
    case SourceFormat::png: failed = with(vips_pngload_buffer); break;
    case SourceFormat::webp: failed = with(vips_webpload_buffer, "scale", scale); break;
    case SourceFormat::gif: failed = with(vips_gifload_buffer); break;
    case SourceFormat::tiff: failed = with(vips_tiffload_buffer); break;
    case SourceFormat::avif:
    case SourceFormat::heic: failed = with(vips_heifload_buffer); break;
  }
  return Image(failed == 0 ? image : nullptr);
}

// The mean of `factor` x `factor` pixels, each as heavy as it is opaque.
Image shrink(const Image& image, int factor) {
  if (image == nullptr || factor < 2) return then(image, vips_copy);
  const double by = factor;
  if (vips_image_hasalpha(image.get()) == 0) return then(image, vips_shrink, by, by);
  const Image shrunk = then(then(image, vips_premultiply), vips_shrink, by, by);
  return then(then(shrunk, vips_unpremultiply), vips_cast, VIPS_FORMAT_UCHAR);
}

}  // namespace

Result<LoadedHeader> load_header(SourceFormat format, std::string_view bytes) {
  const Image image = open(format, bytes, 1);
  if (image == nullptr) return vips_failure(Errc::bad_source, content_type(format));
  return LoadedHeader{.size = {image->Xsize, image->Ysize},
                      .orientation = vips_image_get_orientation(image.get())};
}

Result<Decoded> load(SourceFormat format, std::string_view bytes, double scale) {
  const double twice = std::min(1.0, 2 * scale);
  const Image image = open(format, bytes, twice);
  if (image == nullptr) return vips_failure(Errc::bad_source, content_type(format));
  const bool reduced = format == SourceFormat::webp;
  const int factor = reduced ? 1 : static_cast<int>(std::floor(1 / twice));
  const double width = image->Xsize / static_cast<double>(factor);
  const double height = image->Ysize / static_cast<double>(factor);
  auto raster = read(to_srgb(shrink(to_bytes(image), factor)));
  if (!raster) return fail(Errc::bad_source, std::move(raster.error().detail));
  Decoded decoded{.raster = std::move(*raster), .width = width, .height = height};
  decoded.width = std::min(width, static_cast<double>(decoded.raster.size.width));
  decoded.height = std::min(height, static_cast<double>(decoded.raster.size.height));
  drop_opaque_alpha(decoded.raster);
  return decoded;
}

}  // namespace likeness::imaging
