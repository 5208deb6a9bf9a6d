#include <catch2/catch.hpp>
#include <random>

#include "imaging/render.h"
#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

const Spec kSmall{.box = {64, 64}};

Result<Rendered> attempt(const std::string& source, const ImagingSettings& settings = {},
                         const Spec& spec = kSmall) {
  test::need_vips();
  return render({.source = share(source), .wanted = {spec}}, settings);
}

Errc error_of(const Result<Rendered>& result) {
  return result ? Errc::no_photo : result.error().code;
}

TEST_CASE("what is no accepted picture is a bad source") {
  CHECK(error_of(attempt("")) == Errc::bad_source);
  CHECK(error_of(attempt(std::string(1'000, '\0'))) == Errc::bad_source);
  CHECK(error_of(attempt("<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' width='9' "
                         "height='9'/>")) == Errc::bad_source);
  CHECK(error_of(attempt("%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj")) == Errc::bad_source);
  CHECK(error_of(attempt("<html>Please log in</html>         ")) == Errc::bad_source);
}

TEST_CASE("a signature in front of something else does not choose another loader") {
  const std::string svg = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
  for (const std::string signature :
       {"\xff\xd8\xff\xe0", "\x89PNG\r\n\x1a\n", "GIF89a", "RIFF\x10\x10\x10\x10WEBP"}) {
    CHECK(error_of(attempt(signature + svg)) == Errc::bad_source);
    CHECK(error_of(attempt(signature + "%PDF-1.4" + svg)) == Errc::bad_source);
  }
}

TEST_CASE("truncated files of every format are refused") {
  // Unstripped TIFFs end in metadata, which nobody misses.
  for (const char* format :
       {".jpg", ".jpg[interlace]", ".png", ".png[interlace]", ".webp", ".webp[lossless]", ".gif",
        ".tif[strip]", ".tif[compression=deflate,strip]", ".avif", ".heic"}) {
    const std::string whole = test::save(test::photo(1, {200, 150}), format);
    for (std::size_t part = 0; part < 50; ++part) {
      INFO(format << " cut at " << part << "/50");
      CHECK(error_of(attempt(whole.substr(0, whole.size() * part / 50))) == Errc::bad_source);
    }
  }
}

TEST_CASE("flipped bits give a picture of the right size or a bad source") {
  std::mt19937 random(10);
  for (const char* format : {".jpg", ".png", ".webp", ".gif", ".tif", ".avif", ".heic"}) {
    const std::string whole = test::save(test::photo(2, {100, 80}), format);
    for (int i = 0; i < 60; ++i) {
      std::string bytes = whole;
      for (int k = 0; k < 3; ++k) {
        auto& byte = bytes[random() % bytes.size()];
        byte = static_cast<char>(byte ^ 1 << random() % 8);
      }
      const auto result = attempt(bytes);
      INFO(format);
      if (result) {
        CHECK(result->pictures[0].size == output_size(result->info.size, kSmall));
      } else {
        CHECK((error_of(result) == Errc::bad_source || error_of(result) == Errc::source_too_large));
      }
    }
  }
}

TEST_CASE("the pixel limit is judged by the header, before anything is decoded") {
  test::need_vips();
  VipsImage* black = nullptr;
  REQUIRE(vips_black(&black, 60'000, 60'000, nullptr) == 0);
  const Image huge(black);
  const std::string bytes = test::save(huge, ".png[bitdepth=1,compression=1]");
  CHECK(error_of(attempt(bytes)) == Errc::source_too_large);
}

TEST_CASE("limits are those of the settings") {
  const std::string bytes = test::save(test::photo(3, {200, 100}), ".jpg");
  ImagingSettings settings;
  settings.max_pixels = 20'000;
  CHECK(attempt(bytes, settings).has_value());
  settings.max_pixels = 19'999;
  CHECK(error_of(attempt(bytes, settings)) == Errc::source_too_large);
  settings = {};
  settings.max_source_bytes = bytes.size() - 1;
  CHECK(error_of(attempt(bytes, settings)) == Errc::source_too_large);
  settings = {};
  settings.max_output_edge = 63;
  CHECK(error_of(attempt(bytes, settings)) == Errc::bad_request);
  CHECK(attempt(bytes, settings, {}).has_value());
}

TEST_CASE("thousands of frames cost no more than the first") {
  test::need_vips();
  VipsImage* black = nullptr;
  REQUIRE(vips_black(&black, 4, 4 * 20'000, "bands", 3, nullptr) == 0);
  const Image film = then(Image(black), vips_copy, "interpretation", VIPS_INTERPRETATION_sRGB);
  vips_image_set_int(film.get(), VIPS_META_PAGE_HEIGHT, 4);
  for (const char* format : {".gif", ".tif"}) {
    const auto result = attempt(test::save(film, format), {}, {});
    REQUIRE(result.has_value());
    CHECK(result->info.size == Size{4, 4});
  }
}

TEST_CASE("pictures of one pixel and of extreme aspects work") {
  for (const Size size : {Size{1, 1}, {1, 3'000}, {3'000, 1}, {2, 2}, {7, 1'999}}) {
    const Image image = test::plain(size, test::kGreen);
    for (const char* format : {".jpg", ".png", ".webp"}) {
      for (const Fit fit : {Fit::crop, Fit::contain}) {
        const Spec spec{.box = {64, 48}, .fit = fit};
        const auto result = attempt(test::save(image, format), {}, spec);
        INFO(format << " " << size.width << "x" << size.height);
        REQUIRE(result.has_value());
        CHECK(result->pictures[0].size == output_size(size, spec));
        const auto seen = test::look_at(*result->pictures[0].bytes);
        CHECK(test::is_near(seen.at(0, 0), test::kGreen, 20));
      }
    }
  }
}

}  // namespace
}  // namespace likeness::imaging
