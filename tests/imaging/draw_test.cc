#include "imaging/draw.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "imaging/palette.h"
#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

// WCAG 2.2's relative luminance and contrast.
double luminance(const Rgb& colour) {
  const auto linear = [](double channel) {
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
  };
  return 0.2126 * linear(colour[0] / 255.0) + 0.7152 * linear(colour[1] / 255.0) +
         0.0722 * linear(colour[2] / 255.0);
}

double contrast_with_white(const Rgb& colour) { return 1.05 / (luminance(colour) + 0.05); }

Fonts& fonts() {
  static Fonts all{ImagingSettings{}.fonts};
  return all;
}

bool same(const Raster& a, const Raster& b) {
  return a.size == b.size &&
         std::equal(a.bytes.get(), a.bytes.get() + a.byte_count(), b.bytes.get());
}

// The ink of a letter in bytes of coverage: left, top, right, bottom, in pixels.
struct Ink {
  int left = 1'000'000;
  int top = 1'000'000;
  int right = -1;
  int bottom = -1;
};

Ink ink_of(const Coverage& coverage) {
  Ink ink;
  for (int y = 0; y < coverage.size.height; ++y) {
    for (int x = 0; x < coverage.size.width; ++x) {
      if (coverage.bytes[unsigned(y * coverage.size.width + x)] < 128) continue;
      ink = {std::min(ink.left, x), std::min(ink.top, y), std::max(ink.right, x + 1),
             std::max(ink.bottom, y + 1)};
    }
  }
  return ink;
}

}  // namespace

TEST_CASE("white is readable on every ground, all the way down") {
  for (const Ground& ground : kGrounds) {
    for (int part = 0; part <= 100; ++part) {
      Rgb colour{};
      for (std::size_t i = 0; i < 3; ++i)
        colour[i] = static_cast<std::uint8_t>(
            std::lround(ground.top[i] + (ground.bottom[i] - ground.top[i]) * part / 100.0));
      CHECK(contrast_with_white(colour) >= 4.5);
    }
  }
}

TEST_CASE("letters of every covered script are drawn, centred and within the circle") {
  constexpr int kEdge = 200;
  const std::vector<std::vector<std::string>> names{
      {"A", "L"}, {"W", "M"}, {"I"},         {"Ю", "Г"}, {"Σ", "Ω"}, {"Ա"},  {"გ", "ბ"},
      {"م", "ع"}, {"א", "ב"}, {"प्रि", "कि"}, {"王"},     {"김"},     {"サ"}, {"E\u0301"}};
  for (const auto& letters : names) {
    CAPTURE(letters);
    const auto coverage = fonts().draw(letters, {kEdge, kEdge});
    REQUIRE(coverage.has_value());
    const Ink ink = ink_of(*coverage);
    REQUIRE(ink.right > ink.left);
    CHECK(std::abs((ink.left + ink.right) / 2.0 - kEdge / 2.0) <= 1.5);
    CHECK(std::abs((ink.top + ink.bottom) / 2.0 - kEdge / 2.0) <= 0.09 * kEdge);
    CHECK(std::hypot(ink.right - ink.left, ink.bottom - ink.top) <= kEdge);
    CHECK(ink.bottom - ink.top >= 0.2 * kEdge);
  }
}

TEST_CASE("scripts from right to left stand in their order") {
  const auto both = fonts().draw({"א", "ב"}, {200, 200});
  const auto other = fonts().draw({"ב", "א"}, {200, 200});
  REQUIRE((both && other));
  CHECK(both->bytes != other->bytes);
}

TEST_CASE("what no font has is a silhouette and never a box") {
  CHECK_FALSE(fonts().draw({"🦄"}, {64, 64}).has_value());
  CHECK_FALSE(fonts().draw({"A", "🦄"}, {64, 64}).has_value());
  CHECK_FALSE(fonts().draw({""}, {64, 64}).has_value());
  const Raster silhouette = draw({.initials = {}, .colour = 3}, {64, 64}, fonts());
  CHECK(same(draw({.initials = {"🦄"}, .colour = 3}, {64, 64}, fonts()), silhouette));
  Fonts none({"/no/such/font.ttf", "/proc/self/status"});
  CHECK(same(draw({.initials = {"A"}, .colour = 3}, {64, 64}, none), silhouette));
}

TEST_CASE("a drawing has just the asked size, however odd, and is the same every time") {
  for (const Size size : {Size{1, 1}, {2, 300}, {300, 2}, {48, 48}, {999, 31}}) {
    const Drawing drawing{.initials = {"A", "L"}, .colour = 7};
    const Raster raster = draw(drawing, size, fonts());
    CHECK(raster.size == size);
    Fonts others{ImagingSettings{}.fonts};
    CHECK(same(raster, draw(drawing, size, others)));
  }
  const Raster any = draw({.initials = {}, .colour = 4'711}, {8, 8}, fonts());
  CHECK(same(any, draw({.initials = {}, .colour = kNeutral}, {8, 8}, fonts())));
}

TEST_CASE("a job of a drawing makes every format in the size of its box") {
  test::need_vips();
  Job job{.source = share(""), .drawing = Drawing{.initials = {"A"}, .colour = 1}};
  for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png})
    job.wanted.push_back({.box = {120, 60}, .fit = Fit::contain, .format = format});
  const auto rendered = render_drawing(job, {}, fonts());
  REQUIRE(rendered.has_value());
  REQUIRE(rendered->pictures.size() == 4);
  for (const Picture& picture : rendered->pictures)
    CHECK(test::look_at(*picture.bytes).size == Size{120, 60});
  job.wanted.push_back({.box = {60, 60}});
  CHECK(render_drawing(job, {}, fonts()).error().code == Errc::bad_request);
  job.wanted = {{.box = {9'999, 10}}};
  CHECK(render_drawing(job, {}, fonts()).error().code == Errc::bad_request);
  job.wanted = {{}};
  CHECK(render_drawing(job, {}, fonts()).error().code == Errc::bad_request);
}

}  // namespace likeness::imaging
