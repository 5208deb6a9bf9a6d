#include "tests/support/plain_jpeg.h"

#include <csetjmp>
#include <cstdio>
#include <utility>

// jpeglib.h needs <cstdio> before it.
#include <jpeglib.h>
// After jpeglib.h: the codes of its warnings.
#include <jerror.h>

namespace likeness::test {
namespace {

using imaging::Pixels;
using imaging::Raster;

struct Codec {
  Codec() {
    codec.err = jpeg_std_error(&errors);
    errors.error_exit = [](j_common_ptr failed) { reinterpret_cast<Codec*>(failed)->leave(); };
    errors.emit_message = [](j_common_ptr warned, int level) {
      if (level < 0 && means_damage(warned->err->msg_code)) {
        reinterpret_cast<Codec*>(warned)->leave();
      }
    };
  }
  ~Codec() { jpeg_destroy_decompress(&codec); }
  Codec(const Codec&) = delete;
  Codec& operator=(const Codec&) = delete;

  [[noreturn]] void leave() { std::longjmp(jump, 1); }

  static bool means_damage(int warning) {
    return warning == JWRN_HIT_MARKER || warning == JWRN_HUFF_BAD_CODE ||
           warning == JWRN_ARITH_BAD_CODE || warning == JWRN_MUST_RESYNC;
  }

  jpeg_decompress_struct codec{};  // First: libjpeg hands out its address alone.
  jpeg_error_mgr errors{};
  std::jmp_buf jump{};
};

bool start(Codec& own, std::string_view bytes, int eighths) {
  if (setjmp(own.jump) != 0) return false;
  jpeg_create_decompress(&own.codec);
  jpeg_mem_src(&own.codec, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
  jpeg_read_header(&own.codec, TRUE);
  own.codec.scale_num = static_cast<unsigned>(eighths);
  own.codec.scale_denom = 8;
  const auto colours = own.codec.jpeg_color_space;
  if (colours != JCS_CMYK && colours != JCS_YCCK) own.codec.out_color_space = JCS_EXT_RGBX;
  jpeg_start_decompress(&own.codec);
  return true;
}

bool read_rows(Codec& own, Raster& into) {
  if (setjmp(own.jump) != 0) return false;
  while (own.codec.output_scanline < own.codec.output_height) {
    JSAMPROW row = into.row(static_cast<int>(own.codec.output_scanline));
    jpeg_read_scanlines(&own.codec, &row, 1);
  }
  return true;
}

}  // namespace

std::optional<Raster> decode_plainly(std::string_view bytes, int eighths) {
  Codec own;
  if (!start(own, bytes, eighths)) return std::nullopt;
  Raster raster(
      {static_cast<int>(own.codec.output_width), static_cast<int>(own.codec.output_height)},
      Pixels::rgb);
  if (!read_rows(own, raster)) return std::nullopt;
  return raster;
}

}  // namespace likeness::test
