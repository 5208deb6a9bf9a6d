#include "imaging/encode.h"

#include <utility>

#include "imaging/avif.h"
#include "imaging/jpeg.h"
#include "imaging/vips.h"
#include "imaging/webp.h"

namespace likeness::imaging {
namespace {

// From here on colour edges would show the halved chroma; libvips draws the line there too.
constexpr int kFullChromaQuality = 90;
constexpr int kMaxJpegEdge = 65'500;
constexpr int kMaxWebpEdge = 16'383;
constexpr int kPngCompression = 6;

struct Free {
  void operator()(void* bytes) const { g_free(bytes); }
};

template <class Saver, class... Options>
Result<std::string> save(const Raster& raster, Saver saver, Options... options) {
  const Image image = wrap(raster);
  void* bytes = nullptr;
  std::size_t length = 0;
  if (image == nullptr || saver(image.get(), &bytes, &length, options..., nullptr) != 0) {
    return vips_failure(Errc::internal, "encode");
  }
  const std::unique_ptr<void, Free> owner(bytes);
  return std::string(static_cast<const char*>(bytes), length);
}

}  // namespace

Result<std::string> encode(Raster raster, Format format, int quality) {
  const int edge = std::max(raster.size.width, raster.size.height);
  if ((format == Format::jpeg && edge > kMaxJpegEdge) ||
      (format == Format::webp && edge > kMaxWebpEdge)) {
    return fail(Errc::source_too_large, "the asked format has no pictures of this size");
  }
  const Chroma chroma = quality < kFullChromaQuality ? Chroma::halved : Chroma::full;
  switch (format) {
    case Format::jpeg: flatten(raster); return encode_jpeg(raster, quality, chroma);
    case Format::webp: return encode_webp(raster, quality);
    case Format::avif: return encode_avif(raster, quality, chroma);
    case Format::png:
      return save(raster, vips_pngsave_buffer, "compression", kPngCompression, "strip", TRUE);
  }
  return fail(Errc::internal, "unknown format");
}

}  // namespace likeness::imaging
