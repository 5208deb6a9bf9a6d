#include "imaging/runtime.h"

#include <gmodule.h>

#include <cstdlib>
#include <future>
#include <string>
#include <utility>

#include "imaging/attention.h"
#include "imaging/colour.h"
#include "imaging/encode.h"
#include "imaging/render.h"
#include "imaging/vips.h"

// After vips.h, which it needs.
#include <vips/vector.h>

namespace likeness::imaging {
namespace {

void be_silent(const char*, GLogLevelFlags, const char*, void*) {}

Raster tiny_picture(Pixels pixels) {
  constexpr Size kSize{32, 24};
  Raster raster(kSize, pixels);
  for (int y = 0; y < kSize.height; ++y) {
    for (int x = 0; x < 4 * kSize.width; ++x) {
      raster.row(y)[x] = static_cast<std::uint8_t>(x * 5 + y * 7);
    }
  }
  return raster;
}

// Formats that we read but do not write.
template <class Saver>
Result<std::string> save(Saver saver) {
  const Raster raster = tiny_picture(Pixels::rgb);
  const Image image = wrap(raster);
  void* bytes = nullptr;
  std::size_t length = 0;
  if (image == nullptr || saver(image.get(), &bytes, &length, nullptr) != 0) {
    return vips_failure(Errc::internal, "warm-up");
  }
  std::string result(static_cast<const char*>(bytes), length);
  g_free(bytes);
  return result;
}

Result<void> use(const Result<std::string>& source) {
  if (!source) return std::unexpected(source.error());
  Job job{.source = share(*source)};
  job.wanted.push_back({.box = {8, 8}});
  const auto rendered = render(job, ImagingSettings{});
  if (!rendered) return std::unexpected(rendered.error());
  return {};
}

// Once, and not with each format: it is 4 ms even for a picture this small.
Result<void> use_attention() {
  const auto cropped = crop_to_attention(tiny_picture(Pixels::rgba), {8, 8});
  if (!cropped) return std::unexpected(cropped.error());
  return {};
}

// A press profile's and a screen profile's conversion.
Result<void> use_colours() {
  for (const Pixels pixels : {Pixels::cmyk, Pixels::grey}) {
    const auto converted = to_srgb(tiny_picture(pixels), "no profile");
    if (!converted) return std::unexpected(converted.error());
  }
  return {};
}

Result<void> use_formats() {
  for (const Pixels pixels : {Pixels::rgb, Pixels::rgba}) {
    for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
      const auto used = use(encode(tiny_picture(pixels), format, 50));
      if (!used) return used;
    }
  }
  for (const auto& source : {save(vips_gifsave_buffer), save(vips_tiffsave_buffer)}) {
    const auto used = use(source);
    if (!used) return used;
  }
  return {};
}

}  // namespace

// Of libvips' modules only the one for HEIC and AVIF is loaded, where Debian keeps it: vips_init()
// would load ImageMagick, OpenSlide, Poppler and JPEG XL as well, for formats that nobody may send,
// and look for plugins among all the system's libraries, which takes three times as long as all
// else that it does. It looks where VIPSHOME leads.
Result<void> start_vips() {
  ::setenv("VIPSHOME", "/nonexistent", 1);
  if (vips_init("likeness") != 0) return vips_failure(Errc::internal, "libvips");
  // Where it is built in there is no such file, and warm_up() tells whether it is there.
  g_module_open(LIKENESS_VIPS_MODULES "/vips-heif.so", G_MODULE_BIND_LAZY);
  vips_concurrency_set(1);
  vips_cache_set_max(0);
  vips_block_untrusted_set(TRUE);
  // Its just-in-time compiler needs memory that is writable and executable, which the sandbox
  // forbids.
  vips_vector_set_enabled(FALSE);
  g_log_set_handler("VIPS", static_cast<GLogLevelFlags>(G_LOG_LEVEL_MASK), be_silent, nullptr);
  return {};
}

// In two halves that take about as long, side by side where there can be another thread.
Result<void> warm_up() {
  auto others = std::async([] {
    auto used = use_attention();
    if (used) used = use_colours();
    vips_thread_shutdown();
    return used;
  });
  const auto formats = use_formats();
  const auto used = others.get();
  return formats ? used : formats;
}

}  // namespace likeness::imaging
