#include <catch2/catch.hpp>

#include "imaging/render.h"
#include "tests/support/images.h"

namespace likeness::imaging {
namespace {

using test::Colour;

Rendered done(const std::string& source, const Spec& spec, int master_edge = 0) {
  test::need_vips();
  const Job job{.source = share(source), .wanted = {spec}, .master_edge = master_edge};
  auto rendered = render(job, ImagingSettings{});
  INFO((rendered ? "" : rendered.error().detail));
  REQUIRE(rendered.has_value());
  return std::move(*rendered);
}

Colour middle_of(const Rendered& rendered) {
  const auto pixmap = test::look_at(*rendered.pictures.at(0).bytes);
  return pixmap.at(pixmap.size.width / 2, pixmap.size.height / 2);
}

// Red on the left, nothing on the right.
Image half_transparent(Size size) {
  const Image solid = test::plain({size.width / 2, size.height}, test::kRed);
  const Image opaque = then(solid, vips_addalpha);
  return then(opaque, vips_embed, 0, 0, size.width, size.height);
}

TEST_CASE("all accepted formats are read") {
  const Image photo = test::photo(0, {120, 90});
  const auto expected = test::look_at(test::save(photo, ".png"));
  const std::pair<const char*, const char*> formats[] = {
      {".jpg[Q=95]", "image/jpeg"},  {".jpg[Q=95,interlace]", "image/jpeg"},
      {".png", "image/png"},         {".png[interlace]", "image/png"},
      {".webp[Q=95]", "image/webp"}, {".webp[lossless]", "image/webp"},
      {".gif", "image/gif"},         {".tif", "image/tiff"},
      {".tif[tile]", "image/tiff"},  {".tif[compression=deflate]", "image/tiff"},
      {".avif[Q=90]", "image/avif"}, {".tif[compression=jpeg,Q=95]", "image/tiff"},
      {".heic[Q=90]", "image/heic"},
  };
  for (const auto& [format, type] : formats) {
    INFO(format);
    const auto rendered = done(test::save(photo, format), {.format = Format::png});
    CHECK(rendered.info.content_type == type);
    CHECK(rendered.info.size == Size{120, 90});
    CHECK(test::difference(test::look_at(*rendered.pictures[0].bytes), expected) < 6);
  }
}

TEST_CASE("all formats are written, as what they say they are") {
  const std::string source = test::save(test::photo(1, {200, 200}), ".jpg[Q=95]");
  const auto expected = test::look_at(source);
  const std::pair<Format, const char*> formats[] = {{Format::jpeg, "jpegload_buffer"},
                                                    {Format::webp, "webpload_buffer"},
                                                    {Format::avif, "heifload_buffer"},
                                                    {Format::png, "pngload_buffer"}};
  for (const auto& [format, loader] : formats) {
    const auto rendered = done(source, {.format = format, .quality = 95});
    CHECK(test::loader_of(*rendered.pictures[0].bytes) == loader);
    CHECK(rendered.pictures[0].format == format);
    CHECK(test::difference(test::look_at(*rendered.pictures[0].bytes), expected) < 4);
  }
}

TEST_CASE("CMYK comes out in the colours it shows") {
  const Colour colour{180, 90, 60};
  const Image image = test::plain({64, 64}, colour);
  const Image cmyk = then(image, vips_icc_transform, "cmyk", "input_profile", "srgb");
  const std::string with_profile = test::save(cmyk, ".jpg[Q=95]");
  const std::string without = test::save(cmyk, ".jpg[Q=95,strip]");
  CHECK(test::is_near(middle_of(done(with_profile, {})), colour, 20));
  CHECK(test::is_near(middle_of(done(without, {.box = {16, 16}})), colour, 20));
  CHECK(test::is_near(middle_of(done(test::save(cmyk, ".tif"), {})), colour, 20));
}

TEST_CASE("wide colours are brought to sRGB") {
  const Colour colour{200, 60, 40};
  const Image p3 =
      then(test::plain({64, 64}, colour), vips_icc_transform, "p3", "input_profile", "srgb");
  const auto stored = test::look_at(test::save(p3, ".png[strip]")).at(32, 32);
  REQUIRE_FALSE(test::is_near(stored, colour, 8));
  for (const char* format : {".jpg[Q=95]", ".png", ".webp[Q=95]", ".tif", ".avif[Q=90]"}) {
    INFO(format);
    CHECK(test::is_near(middle_of(done(test::save(p3, format), {.box = {32, 32}})), colour, 8));
  }
}

TEST_CASE("a damaged or unfitting profile is ignored") {
  const Image image = test::plain({64, 64}, test::kGreen);
  vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, "not a profile", 13);
  CHECK(test::is_near(middle_of(done(test::save(image, ".jpg[Q=95]"), {})), test::kGreen));
  const Image cmyk = then(image, vips_icc_transform, "cmyk", "input_profile", "srgb");
  const void* profile = nullptr;
  std::size_t length = 0;
  REQUIRE(vips_image_get_blob(cmyk.get(), VIPS_META_ICC_NAME, &profile, &length) == 0);
  vips_image_set_blob_copy(image.get(), VIPS_META_ICC_NAME, profile, length);
  CHECK(test::is_near(middle_of(done(test::save(image, ".jpg[Q=95]"), {})), test::kGreen));
}

TEST_CASE("16 bits a channel come out as eight") {
  const Image deep = then(
      then(test::photo(2, {100, 100}), vips_colourspace, VIPS_INTERPRETATION_RGB16), vips_copy);
  REQUIRE(deep->BandFmt == VIPS_FORMAT_USHORT);
  const auto expected = test::look_at(test::save(test::photo(2, {100, 100}), ".png"));
  for (const char* format : {".png", ".tif"}) {
    const auto rendered = done(test::save(deep, format), {.format = Format::png});
    CHECK(test::difference(test::look_at(*rendered.pictures[0].bytes), expected) < 1.5);
  }
}

TEST_CASE("palettes, bits and grey are read") {
  const std::string palette = test::save(test::quarters({80, 80}), ".png[palette]");
  CHECK(test::is_near(test::look_at(*done(palette, {}).pictures[0].bytes).at(10, 10), test::kRed));
  const Image grey =
      then(test::plain({80, 80}, {200, 200, 200}), vips_colourspace, VIPS_INTERPRETATION_B_W);
  for (const char* format : {".png", ".jpg", ".webp", ".tif", ".png[bitdepth=4]", ".gif"}) {
    INFO(format);
    // libvips rounds to four bits in its own way.
    const Colour expected = test::look_at(test::save(grey, format)).at(40, 40);
    for (const Format to : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
      const auto rendered = done(test::save(grey, format), {.box = {40, 40}, .format = to});
      CHECK(test::is_near(middle_of(rendered), expected, 16));
    }
    CHECK(done(test::save(grey, format), {.box = {30, 20}, .gravity = Gravity::attention})
              .pictures[0]
              .size == Size{30, 20});
  }
}

TEST_CASE("alpha is laid on white for JPEG and kept where it can be") {
  for (const char* source : {".png", ".webp[lossless]", ".tif", ".gif"}) {
    const std::string bytes = test::save(half_transparent({160, 80}), source);
    INFO(source);
    const auto flat = test::look_at(*done(bytes, {.box = {80, 40}}).pictures[0].bytes);
    CHECK(test::is_near(flat.at(10, 20), test::kRed, 20));
    CHECK(test::is_near(flat.at(70, 20), {255, 255, 255}));
    for (const Format format : {Format::webp, Format::avif, Format::png}) {
      const auto rendered = done(bytes, {.box = {80, 40}, .format = format});
      const auto kept = test::look_at(*rendered.pictures[0].bytes);
      REQUIRE(kept.bands == 4);
      CHECK(kept.alpha(10, 20) > 240);
      CHECK(kept.alpha(70, 20) < 15);
      CHECK(test::is_near(kept.at(10, 20), test::kRed, 20));
    }
  }
}

TEST_CASE("the master of a transparent picture is transparent") {
  const std::string bytes = test::save(half_transparent({400, 200}), ".png");
  const auto rendered = done(bytes, {.box = {20, 20}}, 100);
  REQUIRE(rendered.master.has_value());
  CHECK(rendered.master->format == Format::png);
  CHECK(test::look_at(*rendered.master->bytes).alpha(90, 25) == 0);
}

TEST_CASE("16 bits with alpha and grey with alpha keep their alpha") {
  const Image image = half_transparent({80, 80});
  const Image deep = then(image, vips_colourspace, VIPS_INTERPRETATION_RGB16);
  const Image grey = then(image, vips_colourspace, VIPS_INTERPRETATION_B_W);
  for (const Image* source : {&deep, &grey}) {
    const auto rendered =
        done(test::save(*source, ".png"), {.box = {20, 20}, .format = Format::png});
    const auto kept = test::look_at(*rendered.pictures[0].bytes);
    CHECK(kept.alpha(4, 10) > 250);
    CHECK(kept.alpha(16, 10) < 5);
  }
}

TEST_CASE("of an animation the first frame is shown") {
  const Image first = test::plain({60, 40}, test::kBlue);
  const Image second = test::plain({60, 40}, test::kYellow);
  const Image both = then(
      first,
      [](VipsImage* a, VipsImage** out, VipsImage* b, auto end) {
        return vips_join(a, b, out, VIPS_DIRECTION_VERTICAL, end);
      },
      second.get());
  const Image film = then(both, vips_copy);
  vips_image_set_int(film.get(), VIPS_META_PAGE_HEIGHT, 40);
  for (const char* format : {".gif", ".webp[lossless]", ".tif"}) {
    INFO(format);
    const auto rendered = done(test::save(film, format), {});
    CHECK(rendered.info.size == Size{60, 40});
    CHECK(test::is_near(middle_of(rendered), test::kBlue, 16));
  }
}

}  // namespace
}  // namespace likeness::imaging
