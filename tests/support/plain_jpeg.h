#ifndef LIKENESS_TESTS_SUPPORT_PLAIN_JPEG_H_
#define LIKENESS_TESTS_SUPPORT_PLAIN_JPEG_H_

#include <optional>
#include <string_view>

#include "imaging/raster.h"

namespace likeness::test {

// What libjpeg-turbo alone makes of a JPEG, its own Huffman decoder included, with the colours and
// the scale of imaging::decode_jpeg(). Nothing if it fails or warns of damage. Unlike there, a file
// of several scans may end after any of them.
[[nodiscard]] std::optional<imaging::Raster> decode_plainly(std::string_view bytes, int eighths);

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_PLAIN_JPEG_H_
