// Feeds the JPEG decoder, whose Huffman decoder is ours: what it makes is what libjpeg-turbo alone
// makes, and what that finds damaged is damaged. The first byte chooses the scale.
#include <cstring>
#include <string_view>

#include "imaging/jpeg.h"
#include "tests/fuzz/input.h"
#include "tests/support/plain_jpeg.h"

using namespace likeness::fuzz;
using namespace likeness::imaging;
using namespace std::string_view_literals;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr int kMostEdge = 300;
  auto input = text_of(data, size);
  const int eighths = 1 << choose(input, 4);
  // A byte of data with a fill byte before it: libjpeg-turbo 2.1.5 reads that MCU twice into one
  // block.
  if (input.contains("\xff\xff\0"sv)) return 0;
  const auto header = read_jpeg_header(input);
  if (!header || header->size.width > kMostEdge || header->size.height > kMostEdge) return 0;
  const auto got = decode_jpeg(input, eighths);
  if (!got) return 0;
  const auto expected = likeness::test::decode_plainly(input, eighths);
  hold(expected && expected->size == got->raster.size);
  if (got->raster.pixels == Pixels::cmyk) return 0;  // Inverted, unlike libjpeg-turbo's.
  hold(std::memcmp(expected->bytes.get(), got->raster.bytes.get(), expected->byte_count()) == 0);
  return 0;
}
