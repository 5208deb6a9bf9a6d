#include "imaging/jpeg.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

const std::string kEnd = "\xff\xd9";

std::string photo_jpeg(const std::string& options = "[Q=85]") {
  return test::save(test::photo(0, {320, 240}), ".jpg" + options);
}

TEST_CASE("a JPEG is decoded at eighths of its size") {
  const std::string bytes = test::save(test::photo(1, {333, 250}), ".jpg");
  for (const int eighths : {1, 2, 4, 8}) {
    const auto decoded = decode_jpeg(bytes, eighths);
    REQUIRE(decoded.has_value());
    CHECK(decoded->raster.size == Size{(333 * eighths + 7) / 8, (250 * eighths + 7) / 8});
    CHECK(decoded->width == Approx(333 * eighths / 8.0));
    CHECK(decoded->raster.pixels == Pixels::rgb);
  }
}

TEST_CASE("a picture survives encoding and decoding") {
  const Raster raster = *read(test::photo(2, {200, 150}));
  for (const Chroma chroma : {Chroma::halved, Chroma::full}) {
    const auto bytes = encode_jpeg(raster, 92, chroma);
    REQUIRE(bytes.has_value());
    CHECK_FALSE(bytes->contains("JFIF"));
    const auto expected = test::look_at(test::save(wrap(raster), ".png"));
    CHECK(test::difference(test::look_at(*bytes), expected) < 4);
  }
}

TEST_CASE("photographs take fewer bytes than libvips needs, and differ no more") {
  double ours = 0;
  double theirs = 0;
  std::size_t our_bytes = 0;
  std::size_t their_bytes = 0;
  for (int i = 0; i < 20; ++i) {
    const Image photo = test::photo(i, {240, 240});
    const auto expected = test::look_at(test::save(photo, ".png"));
    const std::string jpeg = *encode_jpeg(*read(photo), 80, Chroma::halved);
    const std::string standard = test::save(photo, ".jpg[Q=80,optimize_coding,strip]");
    ours += test::difference(test::look_at(jpeg), expected);
    theirs += test::difference(test::look_at(standard), expected);
    our_bytes += jpeg.size();
    their_bytes += standard.size();
  }
  CHECK(ours < theirs);
  CHECK(static_cast<double>(our_bytes) < 0.98 * static_cast<double>(their_bytes));
}

TEST_CASE("grey stays grey") {
  const Image grey = then(test::photo(3, {100, 80}), vips_colourspace, VIPS_INTERPRETATION_B_W);
  const auto decoded = decode_jpeg(test::save(grey, ".jpg"), 8);
  REQUIRE(decoded.has_value());
  REQUIRE(decoded->raster.pixels == Pixels::grey);
  const auto bytes = encode_jpeg(decoded->raster, 90, Chroma::full);
  REQUIRE(bytes.has_value());
  CHECK(decode_jpeg(*bytes, 8)->raster.pixels == Pixels::grey);
}

TEST_CASE("a JPEG cut short anywhere is damaged") {
  for (const char* options : {"[Q=85]", "[Q=85,interlace]"}) {
    const std::string bytes = photo_jpeg(options);
    for (std::size_t part = 0; part < 50; ++part) {
      const std::string cut = bytes.substr(0, bytes.size() * part / 50);
      for (const int eighths : {1, 8}) {
        const auto decoded = decode_jpeg(cut, eighths);
        INFO(options << " cut at " << part << "/50");
        REQUIRE_FALSE(decoded.has_value());
        REQUIRE(decoded.error().code == Errc::bad_source);
      }
    }
  }
}

TEST_CASE("a missing end marker after a complete picture does no harm") {
  std::string bytes = photo_jpeg();
  REQUIRE(bytes.ends_with(kEnd));
  bytes.resize(bytes.size() - kEnd.size());
  CHECK(decode_jpeg(bytes, 8).has_value());
  CHECK(decode_jpeg(bytes, 2).has_value());
}

TEST_CASE("stray bytes between markers and after the end do no harm") {
  std::string bytes = photo_jpeg();
  bytes.insert(2, "stray");
  CHECK(decode_jpeg(bytes, 8).has_value());
  CHECK(decode_jpeg(photo_jpeg() + "appended by a camera's firmware", 8).has_value());
}

TEST_CASE("flipped bits are refused or decoded, nothing else") {
  std::mt19937 random(8);
  const std::string good = photo_jpeg("[Q=85,interlace]");
  for (int i = 0; i < 400; ++i) {
    std::string bytes = i % 2 == 0 ? good : photo_jpeg();
    for (int k = 0; k < 4; ++k) {
      auto& byte = bytes[random() % bytes.size()];
      byte = static_cast<char>(byte ^ 1 << random() % 8);
    }
    const auto header = read_jpeg_header(bytes);
    if (!header || header->size.width > 2'000 || header->size.height > 2'000) continue;
    (void)decode_jpeg(bytes, 4);
  }
}

TEST_CASE("profiles come whole, whatever order their pieces are in") {
  const Image image = test::photo(4, {60, 60});
  const Image tagged = then(image, vips_icc_transform, "p3", "input_profile", "srgb");
  const auto header = read_jpeg_header(test::save(tagged, ".jpg"));
  REQUIRE(header.has_value());
  CHECK(header->icc.size() > 400);
  CHECK(header->size == Size{60, 60});
}

}  // namespace
}  // namespace likeness::imaging
