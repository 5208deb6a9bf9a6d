#include "imaging/spec.h"

#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <set>
#include <string>

namespace likeness::imaging {
namespace {

Spec random_spec(std::mt19937& random) {
  const auto below = [&](int limit) { return static_cast<int>(random() % unsigned(limit)); };
  Spec spec;
  if (below(10) != 0) spec.box = {1 + below(800), 1 + below(800)};
  spec.fit = below(2) == 0 ? Fit::crop : Fit::contain;
  spec.gravity = below(2) == 0 ? Gravity::centre : Gravity::attention;
  spec.format = static_cast<Format>(below(4));
  spec.quality = below(101);
  spec.enlarge = below(2) == 0;
  return spec;
}

Size random_size(std::mt19937& random) {
  const unsigned limit = random() % 3 == 0 ? 20 : 2'000;
  return {1 + static_cast<int>(random() % limit), 1 + static_cast<int>(random() % limit)};
}

std::string name_of(const Spec& spec) {
  std::array<char, kMaxNameLength> room{};
  return std::string(write_name(spec, room.data()));
}

TEST_CASE("a crop has exactly the asked size where the source has the pixels") {
  CHECK(output_size({1600, 1200}, {.box = {240, 240}}) == Size{240, 240});
  CHECK(output_size({1600, 1200}, {.box = {1600, 1200}}) == Size{1600, 1200});
}

TEST_CASE("a crop that would enlarge is the largest of its aspect that fits in the source") {
  CHECK(output_size({500, 300}, {.box = {648, 648}}) == Size{300, 300});
  CHECK(output_size({500, 300}, {.box = {400, 400}}) == Size{300, 300});
  CHECK(output_size({500, 300}, {.box = {648, 324}}) == Size{500, 250});
  CHECK(output_size({500, 300}, {.box = {648, 648}, .enlarge = true}) == Size{648, 648});
}

TEST_CASE("contain keeps the source's aspect and fits in the box") {
  CHECK(output_size({1600, 1200}, {.box = {240, 240}, .fit = Fit::contain}) == Size{240, 180});
  CHECK(output_size({500, 300}, {.box = {648, 648}, .fit = Fit::contain}) == Size{500, 300});
  CHECK(output_size({500, 300}, {.box = {1000, 900}, .fit = Fit::contain, .enlarge = true}) ==
        Size{1000, 600});
  CHECK(output_size({10'000, 3}, {.box = {100, 100}, .fit = Fit::contain}) == Size{100, 1});
}

TEST_CASE("no box asks for the source's own size") {
  CHECK(output_size({123, 45}, {}) == Size{123, 45});
}

TEST_CASE("answers stay within box and source, and keep the box's aspect") {
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    const Size source = random_size(random);
    const Spec spec = random_spec(random);
    const Size answer = output_size(source, spec);
    REQUIRE((answer.width >= 1 && answer.height >= 1));
    if (spec.box.width == 0) continue;
    REQUIRE((answer.width <= spec.box.width && answer.height <= spec.box.height));
    if (!spec.enlarge) {
      REQUIRE((answer.width <= source.width && answer.height <= source.height));
    }
    if (spec.fit == Fit::crop && answer != spec.box) {
      // One edge is the source's, the other the aspect's, to the nearest pixel.
      REQUIRE((answer.width == source.width || answer.height == source.height));
      const double width = answer.height * static_cast<double>(spec.box.width) / spec.box.height;
      const double height = answer.width * static_cast<double>(spec.box.height) / spec.box.width;
      REQUIRE((std::abs(width - answer.width) <= 0.5 || std::abs(height - answer.height) <= 0.5 ||
               answer.width == 1 || answer.height == 1));
    }
  }
}

TEST_CASE("a turned source gives a turned answer") {
  std::mt19937 random(2);
  for (int i = 0; i < 20'000; ++i) {
    const Size source = random_size(random);
    Spec spec = random_spec(random);
    const Size answer = output_size(source, spec);
    std::swap(spec.box.width, spec.box.height);
    const Size turned = output_size({source.height, source.width}, spec);
    REQUIRE(turned == Size{answer.height, answer.width});
  }
}

TEST_CASE("the canonical spec asks for the same picture and is its own canonical spec") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const Size source = random_size(random);
    const Spec spec = random_spec(random);
    const Spec same = canonical(source, spec);
    REQUIRE(same.box == output_size(source, spec));
    REQUIRE(output_size(source, same) == same.box);
    REQUIRE(canonical(source, same) == same);
  }
}

TEST_CASE("sizes above the source's and ways to ask for all of it have one canonical spec") {
  const Size source{500, 300};
  const Spec expected = canonical(source, {.box = {300, 300}});
  CHECK(canonical(source, {.box = {648, 648}}) == expected);
  CHECK(canonical(source, {.box = {1000, 1000}}) == expected);
  const Spec whole = canonical(source, {});
  CHECK(canonical(source, {.box = {500, 300}, .gravity = Gravity::attention}) == whole);
  CHECK(canonical(source, {.box = {900, 900}, .fit = Fit::contain}) == whole);
  CHECK(canonical(source, {.box = {500, 300}, .enlarge = true}) == whole);
}

TEST_CASE("names tell specs apart and fit in their room") {
  CHECK(name_of({.box = {240, 240}, .quality = 80}) == "240x240-crop-q80.jpeg");
  CHECK(name_of({.box = {2'147'483'647, 2'147'483'647},
                 .fit = Fit::contain,
                 .gravity = Gravity::attention,
                 .quality = -2'147'483'647,
                 .enlarge = true}) ==
        "2147483647x2147483647-contain-attention-up-q-2147483647.jpeg");
  std::mt19937 random(4);
  std::set<std::string> names;
  std::vector<Spec> specs;
  for (int i = 0; i < 2'000; ++i) {
    const Spec spec = random_spec(random);
    if (std::find(specs.begin(), specs.end(), spec) != specs.end()) continue;
    specs.push_back(spec);
    REQUIRE(names.insert(name_of(spec)).second);
  }
}

TEST_CASE("a picture's quality is the asked one, else that of the settings for its format") {
  const ImagingSettings settings{.jpeg_quality = 1, .webp_quality = 2, .avif_quality = 3};
  CHECK(quality_of({.format = Format::jpeg}, settings) == 1);
  CHECK(quality_of({.format = Format::webp}, settings) == 2);
  CHECK(quality_of({.format = Format::avif}, settings) == 3);
  CHECK(quality_of({.format = Format::webp, .quality = 50}, settings) == 50);
  CHECK(quality_of({.format = Format::png, .quality = 50}, settings) == 0);
}

TEST_CASE("formats have the names that browsers and files use") {
  CHECK(content_type(Format::jpeg) == "image/jpeg");
  CHECK(content_type(Format::avif) == "image/avif");
  CHECK(extension(Format::jpeg) == "jpg");
  CHECK(extension(Format::webp) == "webp");
}

}  // namespace
}  // namespace likeness::imaging
