#ifndef LIKENESS_IMAGING_JPEG_H_
#define LIKENESS_IMAGING_JPEG_H_

#include <string>
#include <string_view>

#include "config/base/error.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// JPEG by libjpeg-turbo itself, since nearly every contact photo is one: decoded whole, at an
// eighth, a quarter, a half or all of its size, without libvips' threads and caches per line.
//
// A file that ends early or whose data makes no sense is Errc::bad_source. What real cameras and
// editors get wrong without harm (stray bytes between markers, a missing end marker after a
// complete picture) is not.

struct JpegHeader {
  Size size;  // As stored.
  int orientation = 1;
  std::string icc;  // The embedded colour profile, empty if there is none.
};

[[nodiscard]] Result<JpegHeader> read_jpeg_header(std::string_view bytes);

// Reduced to `eighths`/8 (1, 2, 4 or 8: the scales that libjpeg-turbo has vector code for; 6/8
// takes twice the time of 8/8). The pixels are grey, rgb or cmyk, in the file's own colour profile.
[[nodiscard]] Result<Decoded> decode_jpeg(std::string_view bytes, int eighths);

// Baseline, with Huffman tables of its own (3 to 5 % smaller). REQUIRES: pixels are grey or rgb.
[[nodiscard]] Result<std::string> encode_jpeg(const Raster& raster, int quality, Chroma chroma);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_JPEG_H_
