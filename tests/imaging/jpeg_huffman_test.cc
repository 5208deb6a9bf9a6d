#include "imaging/jpeg_huffman.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "imaging/jpeg.h"
#include "tests/support/images.h"
#include "tests/support/plain_jpeg.h"

namespace likeness::imaging {
namespace {

enum class Outcome { equal, both_fail, differ };

// Of decoding by decode_jpeg() and by libjpeg-turbo alone.
Outcome compare(std::string_view bytes, int eighths) {
  const auto expected = test::decode_plainly(bytes, eighths);
  const auto got = decode_jpeg(bytes, eighths);
  if (!expected && !got) return Outcome::both_fail;
  if (!expected || !got || expected->size != got->raster.size) return Outcome::differ;
  const auto count = expected->byte_count();
  const bool equal = std::memcmp(expected->bytes.get(), got->raster.bytes.get(), count) == 0;
  return equal ? Outcome::equal : Outcome::differ;
}

void check_equal(const std::string& bytes) {
  for (const int eighths : {1, 2, 4, 8}) {
    INFO(eighths << "/8");
    CHECK(compare(bytes, eighths) == Outcome::equal);
  }
}

Image noise(Size size) {
  std::mt19937 random(5);
  Raster raster(size, Pixels::rgb);
  for (std::size_t i = 0; i < raster.byte_count(); ++i) {
    raster.bytes[i] = static_cast<std::uint8_t>(random());
  }
  return wrap(raster);
}

TEST_CASE("scans are decoded as by libjpeg-turbo, whatever they were encoded with") {
  const Image photo = test::photo(0, {333, 250});
  for (const char* options :
       {"[Q=10]", "[Q=75]", "[Q=97]", "[Q=100]", "[Q=80,optimize_coding]",
        "[Q=80,subsample_mode=off]", "[Q=80,restart_interval=1]", "[Q=80,restart_interval=7]",
        "[Q=95,restart_interval=100,subsample_mode=off]", "[Q=80,trellis_quant]"}) {
    INFO(options);
    check_equal(test::save(photo, std::string(".jpg") + options));
  }
}

TEST_CASE("the longest codes and values are decoded as by libjpeg-turbo") {
  for (const char* options : {"[Q=50]", "[Q=100]", "[Q=100,optimize_coding]"}) {
    INFO(options);
    check_equal(test::save(noise({150, 90}), std::string(".jpg") + options));
  }
}

TEST_CASE("pictures of one block, and grey ones, are decoded as by libjpeg-turbo") {
  check_equal(test::save(test::photo(1, {1, 1}), ".jpg"));
  check_equal(test::save(test::photo(1, {17, 8}), ".jpg[Q=100]"));
  const Image grey = then(test::photo(3, {100, 80}), vips_colourspace, VIPS_INTERPRETATION_B_W);
  check_equal(test::save(grey, ".jpg"));
}

TEST_CASE("progressive pictures are left to libjpeg-turbo") {
  check_equal(test::save(test::photo(2, {99, 70}), ".jpg[interlace]"));
}

TEST_CASE("damage is found where libjpeg-turbo finds it") {
  std::mt19937 random(11);
  std::size_t equal = 0;
  std::size_t both_fail = 0;
  for (const char* options : {"[Q=85]", "[Q=85,restart_interval=3]"}) {
    const std::string good = test::save(test::photo(4, {160, 120}), std::string(".jpg") + options);
    for (int i = 0; i < 1'000; ++i) {
      std::string bytes = good;
      const std::size_t at = bytes.size() / 4 + random() % (bytes.size() * 3 / 4);
      switch (i % 4) {
        case 0: bytes[at] = static_cast<char>(bytes[at] ^ 1 << random() % 8); break;
        case 1: bytes.resize(at); break;
        case 2: bytes.erase(at, random() % 3 + 1); break;
        default: bytes.insert(at, "\xff\xff\xd3", random() % 4); break;
      }
      const int eighths = 1 << random() % 4;
      const Outcome outcome = compare(bytes, eighths);
      INFO(options << " change " << i << " at " << at << ", " << eighths << "/8");
      REQUIRE(outcome != Outcome::differ);
      ++(outcome == Outcome::equal ? equal : both_fail);
    }
  }
  CHECK(equal > 200);
  CHECK(both_fail > 200);
}

}  // namespace
}  // namespace likeness::imaging
