#include "imaging/render.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

using test::Colour;

Rendered done(const std::string& source, std::vector<Spec> wanted, int master_edge = 0) {
  test::need_vips();
  const Job job{.source = share(source), .wanted = std::move(wanted), .master_edge = master_edge};
  auto rendered = render(job, ImagingSettings{});
  INFO((rendered ? "" : rendered.error().detail));
  REQUIRE(rendered.has_value());
  return std::move(*rendered);
}

test::Pixmap look_at(const Picture& picture) {
  auto pixmap = test::look_at(*picture.bytes);
  REQUIRE(pixmap.size == picture.size);
  return pixmap;
}

// Colours of the middles of the quarters, in reading order.
std::vector<Colour> quarters_of(const test::Pixmap& pixmap) {
  const int left = pixmap.size.width / 4;
  const int top = pixmap.size.height / 4;
  const int right = pixmap.size.width - 1 - left;
  const int bottom = pixmap.size.height - 1 - top;
  return {pixmap.at(left, top), pixmap.at(right, top), pixmap.at(left, bottom),
          pixmap.at(right, bottom)};
}

test::Pixmap thumbnail_by_vips(const std::string& source, Size size) {
  VipsImage* image = nullptr;
  REQUIRE(vips_thumbnail_buffer(const_cast<char*>(source.data()), source.size(), &image, size.width,
                                "height", size.height, "crop", VIPS_INTERESTING_CENTRE,
                                nullptr) == 0);
  return test::look_at(test::save(Image(image), ".png"));
}

TEST_CASE("without wanted sizes a job reads the header") {
  const auto rendered = done(test::save(test::photo(0, {300, 200}), ".jpg"), {});
  CHECK(rendered.info.size == Size{300, 200});
  CHECK(rendered.info.content_type == "image/jpeg");
  CHECK(rendered.pictures.empty());
  CHECK_FALSE(rendered.master.has_value());
}

TEST_CASE("answers have exactly the size that output_size() says") {
  std::mt19937 random(9);
  const auto below = [&](int limit) { return 1 + static_cast<int>(random() % unsigned(limit)); };
  for (int i = 0; i < 60; ++i) {
    const Size source{below(500), below(500)};
    const auto format = std::array{".jpg", ".png", ".webp"}[random() % 3];
    const std::string bytes = test::save(test::photo(i, source), format);
    std::vector<Spec> wanted;
    for (int k = 0; k < 4; ++k) {
      wanted.push_back({.box = {below(400), below(400)},
                        .fit = random() % 2 == 0 ? Fit::crop : Fit::contain,
                        .gravity = random() % 4 == 0 ? Gravity::attention : Gravity::centre,
                        .format = random() % 2 == 0 ? Format::jpeg : Format::webp,
                        .enlarge = random() % 2 == 0});
    }
    wanted.push_back({});
    const auto rendered = done(bytes, wanted);
    REQUIRE(rendered.info.size == source);
    REQUIRE(rendered.pictures.size() == wanted.size());
    for (std::size_t k = 0; k < wanted.size(); ++k) {
      REQUIRE(rendered.pictures[k].size == output_size(source, wanted[k]));
      REQUIRE(look_at(rendered.pictures[k]).size == rendered.pictures[k].size);
    }
  }
}

TEST_CASE("the short cut for JPEG shows what vips_thumbnail shows") {
  for (int i = 0; i < 20; ++i) {
    const std::string source = test::save(test::photo(i, {640, 480}), ".jpg[Q=92]");
    for (const Size size : {Size{240, 240}, {96, 96}, {200, 100}, {48, 48}}) {
      const auto rendered = done(source, {{.box = size, .quality = 95}});
      CHECK(test::difference(look_at(rendered.pictures[0]), thumbnail_by_vips(source, size)) < 4);
    }
  }
}

TEST_CASE("JPEG and the general way agree") {
  for (int i = 0; i < 20; i += 3) {
    const Image photo = test::photo(i, {801, 601});
    const Spec spec{.box = {150, 150}, .quality = 95};
    const auto jpeg = done(test::save(photo, ".jpg[Q=95]"), {spec});
    const auto png = done(test::save(photo, ".png"), {spec});
    const auto webp = done(test::save(photo, ".webp[lossless]"), {spec});
    CHECK(test::difference(look_at(jpeg.pictures[0]), look_at(png.pictures[0])) < 2.5);
    CHECK(test::difference(look_at(webp.pictures[0]), look_at(png.pictures[0])) < 2.5);
  }
}

TEST_CASE("pictures are upright in all eight EXIF orientations") {
  const std::vector<Colour> expected[] = {
      {test::kRed, test::kGreen, test::kBlue, test::kYellow},
      {test::kGreen, test::kRed, test::kYellow, test::kBlue},
      {test::kYellow, test::kBlue, test::kGreen, test::kRed},
      {test::kBlue, test::kYellow, test::kRed, test::kGreen},
      {test::kRed, test::kBlue, test::kGreen, test::kYellow},
      {test::kBlue, test::kRed, test::kYellow, test::kGreen},
      {test::kYellow, test::kGreen, test::kBlue, test::kRed},
      {test::kGreen, test::kYellow, test::kRed, test::kBlue},
  };
  for (const char* format : {".jpg[Q=95]", ".tif", ".webp[Q=95]"}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const Image image = test::quarters({320, 160});
      vips_image_set_int(image.get(), VIPS_META_ORIENTATION, orientation);
      const auto rendered =
          done(test::save(image, format), {{.box = {40, 40}, .fit = Fit::contain, .quality = 95},
                                           {.box = {50, 50}, .gravity = Gravity::attention}});
      const bool turned = orientation > 4;
      INFO(format << " orientation " << orientation);
      CHECK(rendered.info.size == (turned ? Size{160, 320} : Size{320, 160}));
      CHECK(rendered.pictures[0].size == (turned ? Size{20, 40} : Size{40, 20}));
      CHECK(rendered.pictures[1].size == Size{50, 50});
      const auto seen = quarters_of(look_at(rendered.pictures[0]));
      for (std::size_t i = 0; i < 4; ++i) {
        CHECK(test::is_near(seen[i], expected[orientation - 1][i], 16));
      }
    }
  }
}

TEST_CASE("no metadata leaves with a picture") {
  const Image image = then(test::photo(5, {200, 200}), vips_copy);
  vips_image_set_string(image.get(), "exif-ifd0-Artist", "A Secret (A Secret, ASCII, 9)");
  const std::string source = test::save(image, ".jpg");
  REQUIRE(source.find("A Secret") != std::string::npos);
  for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
    const auto rendered = done(source, {{.format = format}});
    const std::string& bytes = *rendered.pictures[0].bytes;
    CHECK(bytes.find("A Secret") == std::string::npos);
    CHECK(bytes.find("Exif") == std::string::npos);
  }
}

TEST_CASE("a picture is cut in its middle, or where it is interesting") {
  // A photograph at the left of a wide grey area.
  const Image photo = test::photo(6, {200, 200});
  const Image wide = then(photo, vips_embed, 0, 0, 800, 200, "extend", VIPS_EXTEND_BACKGROUND);
  const std::string source = test::save(wide, ".png");
  const auto rendered =
      done(source, {{.box = {100, 100}, .format = Format::png},
                    {.box = {100, 100}, .gravity = Gravity::attention, .format = Format::png}});
  CHECK(test::is_near(look_at(rendered.pictures[0]).at(50, 50), {0, 0, 0}));
  const auto expected = test::look_at(test::save(then(photo, vips_resize, 0.5), ".png"));
  CHECK(test::difference(look_at(rendered.pictures[1]), expected) < 40);
  CHECK(test::difference(look_at(rendered.pictures[0]), expected) > 60);
}

TEST_CASE("nine sizes of one job look like nine jobs") {
  const std::string source = test::save(test::photo(7, {1600, 1200}), ".jpg[Q=90]");
  std::vector<Spec> wanted;
  for (const int edge : {48, 64, 96, 120, 240, 360, 432, 504, 648}) {
    wanted.push_back({.box = {edge, edge}, .quality = 90});
  }
  const auto together = done(source, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto alone = done(source, {wanted[i]});
    CHECK(test::difference(look_at(together.pictures[i]), look_at(alone.pictures[0])) < 3);
  }
}

TEST_CASE("a master is made of sources larger than it") {
  const std::string source = test::save(test::photo(8, {900, 600}), ".jpg");
  const auto rendered = done(source, {{.box = {64, 64}}}, 300);
  REQUIRE(rendered.master.has_value());
  CHECK(rendered.master->size == Size{300, 200});
  CHECK(rendered.master->format == Format::jpeg);
  CHECK(look_at(*rendered.master).size == Size{300, 200});
  CHECK_FALSE(done(source, {{.box = {64, 64}}}, 900).master.has_value());
  CHECK(done(source, {}, 300).master.has_value());
}

TEST_CASE("a size from the master looks like the size from the original") {
  const std::string source = test::save(test::photo(9, {1600, 1200}), ".jpg[Q=90]");
  const Spec spec{.box = {240, 240}, .quality = 95};
  const auto first = done(source, {spec}, 1'024);
  const auto second = done(*first.master->bytes, {spec});
  CHECK(test::difference(look_at(first.pictures[0]), look_at(second.pictures[0])) < 2);
}

TEST_CASE("a lower quality makes fewer bytes, in every format that has one") {
  const std::string source = test::save(test::photo(10, {400, 400}), ".png");
  for (const Format format : {Format::jpeg, Format::webp, Format::avif}) {
    const auto rendered = done(source, {{.box = {200, 200}, .format = format, .quality = 30},
                                        {.box = {200, 200}, .format = format},
                                        {.box = {200, 200}, .format = format, .quality = 95}});
    CHECK(rendered.pictures[0].bytes->size() < rendered.pictures[1].bytes->size());
    CHECK(rendered.pictures[1].bytes->size() < rendered.pictures[2].bytes->size());
  }
}

}  // namespace
}  // namespace likeness::imaging
