#include "imaging/webp.h"

#include <webp/encode.h>

namespace likeness::imaging {
namespace {

// Of 0 to 6: half the time of the default 4 for files 3 % larger (bench/render_cpu.cc).
constexpr int kEffort = 2;

class Picture {
 public:
  Picture() { WebPPictureInit(&picture_); }
  ~Picture() { WebPPictureFree(&picture_); }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  WebPPicture* operator->() { return &picture_; }
  WebPPicture* get() { return &picture_; }

 private:
  WebPPicture picture_;
};

int append(const std::uint8_t* bytes, std::size_t length, const WebPPicture* picture) {
  static_cast<std::string*>(picture->custom_ptr)
      ->append(reinterpret_cast<const char*>(bytes), length);
  return 1;
}

}  // namespace

Result<std::string> encode_webp(const Raster& raster, int quality) {
  WebPConfig config;
  Picture picture;
  std::string bytes;
  WebPConfigPreset(&config, WEBP_PRESET_DEFAULT, static_cast<float>(quality));
  config.method = kEffort;
  picture->width = raster.size.width;
  picture->height = raster.size.height;
  picture->writer = append;
  picture->custom_ptr = &bytes;
  const auto import = raster.pixels == Pixels::rgba ? WebPPictureImportRGBA : WebPPictureImportRGBX;
  if (import(picture.get(), raster.bytes.get(), static_cast<int>(raster.row_bytes())) == 0 ||
      WebPEncode(&config, picture.get()) == 0) {
    return fail(Errc::internal, "WebP encoder: error " + std::to_string(picture->error_code));
  }
  return bytes;
}

}  // namespace likeness::imaging
