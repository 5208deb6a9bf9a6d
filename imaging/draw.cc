#include "imaging/draw.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "imaging/encode.h"
#include "imaging/palette.h"
#include "imaging/render.h"

namespace likeness::imaging {
namespace {

// Head and shoulders let a little of the ground through; letters do not, for their contrast.
constexpr double kSilhouetteOpacity = 0.82;

const Ground& ground_of(const Drawing& drawing) {
  const auto last = static_cast<int>(kGrounds.size()) - 1;
  return kGrounds[static_cast<std::size_t>(std::clamp(drawing.colour, 0, last))];
}

std::uint8_t between(std::uint8_t a, std::uint8_t b, double part) {
  return static_cast<std::uint8_t>(std::lround(a + (b - a) * part));
}

Raster lay_ground(const Ground& ground, Size size) {
  Raster raster(size, Pixels::rgb);
  for (int y = 0; y < size.height; ++y) {
    const double part = (y + 0.5) / size.height;
    std::uint8_t* pixel = raster.row(y);
    for (int x = 0; x < size.width; ++x, pixel += 4) {
      for (std::size_t i = 0; i < 3; ++i) pixel[i] = between(ground.top[i], ground.bottom[i], part);
      pixel[3] = 255;
    }
  }
  return raster;
}

void lay_white(Raster& raster, const Coverage& coverage) {
  std::uint8_t* pixel = raster.bytes.get();
  for (const std::uint8_t covered : coverage.bytes) {
    for (int i = 0; i < 3; ++i) pixel[i] = between(pixel[i], 255, covered / 255.0);
    pixel += 4;
  }
}

// How far (x, y) is outside of an ellipse, nearly, in the unit of its radii.
double outside(double x, double y, double radius_x, double radius_y) {
  const double length = std::hypot(x / radius_x, y / radius_y);
  return (length - 1) * std::min(radius_x, radius_y);
}

// In a square of edge 1 that stands in the middle of the picture's lower edge, y downwards.
double silhouette_at(double x, double y) {
  const double head = outside(x - 0.5, y - 0.40, 0.163, 0.178);
  const double shoulders = outside(x - 0.5, y - 1.0, 0.335, 0.355);
  return std::min(head, shoulders);
}

Coverage silhouette(Size size) {
  Coverage coverage{size, {}};
  coverage.bytes.reserve(std::size_t(size.width) * unsigned(size.height));
  const double edge = std::min(size.width, size.height);
  const double left = (size.width - edge) / 2;
  const double top = size.height - edge;
  for (int y = 0; y < size.height; ++y) {
    for (int x = 0; x < size.width; ++x) {
      const double away = silhouette_at((x + 0.5 - left) / edge, (y + 0.5 - top) / edge) * edge;
      const double inside = std::clamp(0.5 - away, 0.0, 1.0) * kSilhouetteOpacity;
      coverage.bytes.push_back(static_cast<std::uint8_t>(std::lround(inside * 255)));
    }
  }
  return coverage;
}

bool good_box(const Job& job, const ImagingSettings& settings) {
  if (job.wanted.empty()) return false;
  const Size box = job.wanted.front().box;
  return std::min(box.width, box.height) > 0 &&
         std::max(box.width, box.height) <= settings.max_output_edge &&
         std::ranges::all_of(job.wanted, [&](const Spec& spec) { return spec.box == box; });
}

}  // namespace

Raster draw(const Drawing& drawing, Size size, Fonts& fonts) {
  Raster raster = lay_ground(ground_of(drawing), size);
  auto coverage = fonts.draw(drawing.initials, size);
  lay_white(raster, coverage ? *coverage : silhouette(size));
  return raster;
}

Result<Rendered> render_drawing(const Job& job, const ImagingSettings& settings, Fonts& fonts) {
  if (!good_box(job, settings)) return fail(Errc::bad_request, "the size of a drawing");
  const Size size = job.wanted.front().box;
  Rendered rendered{.info = {.size = size, .content_type = "image/png"}};
  for (const Spec& spec : job.wanted) {
    auto picture = encode_picture(draw(*job.drawing, size, fonts), spec, settings);
    if (!picture) return std::unexpected(std::move(picture.error()));
    rendered.pictures.push_back(std::move(*picture));
  }
  return rendered;
}

}  // namespace likeness::imaging
