#include "imaging/avif.h"

#include <libheif/heif.h>

#include <memory>

namespace likeness::imaging {
namespace {

// Of 0 to 9, libaom's fastest for still pictures; what the slower ones gain is told in
// docs/architecture.md.
constexpr int kSpeed = 9;
constexpr int kThreads = 1;
constexpr int kBitsPerChannel = 8;

struct Release {
  void operator()(heif_context* context) const { heif_context_free(context); }
  void operator()(heif_encoder* encoder) const { heif_encoder_release(encoder); }
  void operator()(heif_image* image) const { heif_image_release(image); }
  void operator()(heif_image_handle* handle) const { heif_image_handle_release(handle); }
  void operator()(heif_encoding_options* options) const { heif_encoding_options_free(options); }
};
template <class T>
using Owned = std::unique_ptr<T, Release>;

std::unexpected<Error> failure(const heif_error& error) {
  return fail(Errc::internal, std::string("AVIF encoder: ") + error.message);
}

bool failed(const heif_error& error) { return error.code != heif_error_Ok; }

void copy_rows(const Raster& raster, std::uint8_t* to, int stride) {
  const bool alpha = raster.pixels == Pixels::rgba;
  for (int y = 0; y < raster.size.height; ++y, to += stride) {
    const std::uint8_t* from = raster.row(y);
    std::uint8_t* into = to;
    for (int x = 0; x < raster.size.width; ++x, from += 4) {
      for (int i = 0; i < 3; ++i) *into++ = from[i];
      if (alpha) *into++ = from[3];
    }
  }
}

heif_error fill(const Raster& raster, Owned<heif_image>& image) {
  const auto [width, height] = raster.size;
  const auto chroma =
      raster.pixels == Pixels::rgba ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB;
  heif_image* made = nullptr;
  heif_error error = heif_image_create(width, height, heif_colorspace_RGB, chroma, &made);
  image.reset(made);
  if (failed(error)) return error;
  error = heif_image_add_plane(made, heif_channel_interleaved, width, height, kBitsPerChannel);
  if (failed(error)) return error;
  int stride = 0;
  std::uint8_t* const plane = heif_image_get_plane(made, heif_channel_interleaved, &stride);
  copy_rows(raster, plane, stride);
  return error;
}

heif_error set_up(heif_encoder* encoder, int quality, Chroma chroma) {
  heif_error error = heif_encoder_set_lossy_quality(encoder, quality);
  if (failed(error)) return error;
  error = heif_encoder_set_parameter_integer(encoder, "speed", kSpeed);
  if (failed(error)) return error;
  error = heif_encoder_set_parameter_integer(encoder, "threads", kThreads);
  if (failed(error)) return error;
  return heif_encoder_set_parameter_string(encoder, "chroma",
                                           chroma == Chroma::halved ? "420" : "444");
}

heif_error append(heif_context* /*context*/, const void* bytes, std::size_t length, void* to) {
  static_cast<std::string*>(to)->append(static_cast<const char*>(bytes), length);
  return {heif_error_Ok, heif_suberror_Unspecified, ""};
}

}  // namespace

Result<std::string> encode_avif(const Raster& raster, int quality, Chroma chroma) {
  const Owned<heif_context> context(heif_context_alloc());
  heif_encoder* found = nullptr;
  heif_error error =
      heif_context_get_encoder_for_format(context.get(), heif_compression_AV1, &found);
  const Owned<heif_encoder> encoder(found);
  if (failed(error)) return failure(error);
  error = set_up(encoder.get(), quality, chroma);
  if (failed(error)) return failure(error);
  Owned<heif_image> image;
  error = fill(raster, image);
  if (failed(error)) return failure(error);

  const Owned<heif_encoding_options> options(heif_encoding_options_alloc());
  options->save_alpha_channel = raster.pixels == Pixels::rgba ? 1 : 0;
  heif_image_handle* encoded = nullptr;
  error =
      heif_context_encode_image(context.get(), image.get(), encoder.get(), options.get(), &encoded);
  const Owned<heif_image_handle> handle(encoded);
  if (failed(error)) return failure(error);
  std::string bytes;
  heif_writer writer{.writer_api_version = 1, .write = append};
  error = heif_context_write(context.get(), &writer, &bytes);
  if (failed(error)) return failure(error);
  return bytes;
}

}  // namespace likeness::imaging
