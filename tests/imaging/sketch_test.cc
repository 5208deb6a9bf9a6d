#include "imaging/sketch.h"

#include <catch2/catch.hpp>

#include "imaging/render.h"
#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

// A pattern without symmetries, opaque or of an alpha that grows with x.
Raster pattern(Size size, Pixels pixels) {
  Raster raster(size, pixels);
  for (int y = 0; y < size.height; ++y) {
    std::uint8_t* pixel = raster.row(y);
    for (int x = 0; x < size.width; ++x, pixel += 4) {
      pixel[0] = static_cast<std::uint8_t>((x * x * 3 + y * 5) % 251);
      pixel[1] = static_cast<std::uint8_t>((y * y * 2 + x * 7) % 241);
      pixel[2] = static_cast<std::uint8_t>((x * y + 3 * x) % 239);
      pixel[3] = static_cast<std::uint8_t>(pixels == Pixels::rgba ? x * 7 : 255);
    }
  }
  return raster;
}

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[static_cast<unsigned char>(c) >> 4U];
    text += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return text;
}

}  // namespace

TEST_CASE("a thumbhash is what its author's encoder gives") {
  // Of the package thumbhash 0.1.1, rgbaToThumbHash(), for the same pixels.
  CHECK(hex(thumbhash(pattern({32, 24}, Pixels::rgb))) ==
        "9cf80515823053643586885698579676ef7dab08ae");
  CHECK(hex(thumbhash(pattern({20, 25}, Pixels::rgb))) ==
        "9a080a260430732774794897868477867788bf6b6960d9");
  CHECK(hex(thumbhash(pattern({32, 24}, Pixels::rgba))) ==
        "5ef8810c823692970bb8295a94f9e6c9e20077878878887807");
}

TEST_CASE("the dominant colour is that of most pixels, not the mean") {
  Raster raster({10, 10}, Pixels::rgba);
  for (int i = 0; i < 100; ++i) {
    std::uint8_t* const pixel = raster.bytes.get() + std::ptrdiff_t{4} * i;
    const bool red = i < 40;
    pixel[0] = red ? 200 : static_cast<std::uint8_t>(i * 2);
    pixel[1] = red ? 16 : static_cast<std::uint8_t>(255 - 2 * i);
    pixel[2] = red ? 32 : static_cast<std::uint8_t>(i);
    pixel[3] = 255;
  }
  CHECK(dominant_colour(raster) == std::array<std::uint8_t, 3>{200, 16, 32});
  for (int i = 0; i < 100; ++i) raster.bytes[std::size_t(4 * i + 3)] = 0;
  CHECK(dominant_colour(raster) == std::array<std::uint8_t, 3>{0, 0, 0});
}

TEST_CASE("a sketch comes with the first job, small and the right way up") {
  test::need_vips();
  const auto source = test::save(test::quarters({400, 200}), ".jpg[Q=95]");
  for (const bool with_picture : {true, false}) {
    Job job{.source = share(source), .sketch = true};
    if (with_picture) job.wanted.push_back({.box = {96, 96}});
    const auto rendered = render(job, {});
    REQUIRE(rendered.has_value());
    CHECK(rendered->pictures.size() == (with_picture ? 1 : 0));
    REQUIRE(rendered->sketch.has_value());
    CHECK(rendered->sketch->thumbhash.size() <= 25);
    CHECK(rendered->sketch->preview.size() <= kMaxPreviewBytes);
    const auto preview = test::look_at(rendered->sketch->preview);
    CHECK(preview.size == Size{16, 8});
    CHECK(test::is_near(preview.at(2, 1), test::kRed, 40));
    CHECK(test::is_near(preview.at(13, 6), test::kYellow, 40));
  }
  const auto without = render({.source = share(source)}, {});
  REQUIRE(without.has_value());
  CHECK_FALSE(without->sketch.has_value());
}

TEST_CASE("a photograph's sketch is a few hundred bytes") {
  test::need_vips();
  for (int i = 0; i < 4; ++i) {
    const auto rendered = render(
        {.source = share(test::save(test::photo(i, {512, 512}), ".jpg")), .sketch = true}, {});
    REQUIRE(rendered.has_value());
    CHECK(rendered->sketch->thumbhash.size() >= 20);
    CHECK_FALSE(rendered->sketch->preview.empty());
    CHECK(rendered->sketch->preview.size() < 300);
  }
}

TEST_CASE("a negotiated picture is never larger than its JPEG") {
  test::need_vips();
  const auto source = share(test::save(test::plain({64, 64}, test::kBlue), ".png"));
  const auto bytes = [&](Format format, bool or_jpeg) {
    const auto rendered = render(
        {.source = source, .wanted = {{.box = {4, 4}, .format = format, .or_jpeg = or_jpeg}}}, {});
    REQUIRE(rendered.has_value());
    return rendered->pictures.front();
  };
  const auto jpeg = bytes(Format::jpeg, false);
  for (const Format format : {Format::webp, Format::avif, Format::png}) {
    const auto named = bytes(format, false);
    const auto negotiated = bytes(format, true);
    CHECK(named.format == format);
    const bool smaller = named.bytes->size() <= jpeg.bytes->size();
    CHECK(negotiated.format == (smaller ? format : Format::jpeg));
    CHECK(*negotiated.bytes == (smaller ? *named.bytes : *jpeg.bytes));
  }
}

}  // namespace likeness::imaging
