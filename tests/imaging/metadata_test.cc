#include "imaging/metadata.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

using namespace std::string_literals;

std::string profile(const char* name) {
  test::need_vips();
  VipsBlob* blob = nullptr;
  REQUIRE(vips_profile_load(name, &blob, nullptr) == 0);
  std::size_t length = 0;
  const auto* const bytes = static_cast<const char*>(vips_blob_get(blob, &length));
  std::string result(bytes, length);
  vips_area_unref(reinterpret_cast<VipsArea*>(blob));
  return result;
}

TEST_CASE("the orientation is read in both byte orders") {
  const auto little =
      "II*\0\x08\0\0\0\x02\0"
      "\x0f\x01\x02\0\x04\0\0\0ab\0\0"
      "\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"s;
  const auto big =
      "MM\0*\0\0\0\x08\0\x01"
      "\x01\x12\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"s;
  CHECK(exif_orientation(little) == 6);
  CHECK(exif_orientation(big) == 8);
}

TEST_CASE("an orientation that makes no sense is none") {
  const auto with = [](char type, char value) {
    return "MM\0*\0\0\0\x08\0\x01\x01\x12\0"s + type + "\0\0\0\x01\0"s + value + "\0\0"s;
  };
  CHECK(exif_orientation(with(3, 5)) == 5);
  CHECK(exif_orientation(with(3, 0)) == 1);
  CHECK(exif_orientation(with(3, 9)) == 1);
  CHECK(exif_orientation(with(4, 5)) == 1);
  CHECK(exif_orientation("") == 1);
  CHECK(exif_orientation("MM\0*\xff\xff\xff\xff"s) == 1);
  CHECK(exif_orientation("II*\0\x08\0\0\0\xff\xff"s) == 1);
}

TEST_CASE("any bytes can be asked for an orientation or a profile's name") {
  std::mt19937 random(6);
  const std::string icc = profile("p3");
  for (int i = 0; i < 20'000; ++i) {
    std::string exif = "II*\0\x08\0\0\0\x04\0"s;
    while (exif.size() < 64) exif += static_cast<char>(random());
    exif.resize(random() % exif.size());
    const int orientation = exif_orientation(exif);
    REQUIRE((orientation >= 1 && orientation <= 8));
    std::string damaged = icc.substr(0, random() % icc.size());
    if (!damaged.empty()) damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)is_srgb_profile(damaged);
  }
}

TEST_CASE("sRGB is known by its profile's name") {
  CHECK(is_srgb_profile(profile("srgb")));
  CHECK_FALSE(is_srgb_profile(profile("p3")));
  CHECK_FALSE(is_srgb_profile(profile("cmyk")));
  CHECK_FALSE(is_srgb_profile(""));
}

}  // namespace
}  // namespace likeness::imaging
