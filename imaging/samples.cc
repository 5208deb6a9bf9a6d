#include "imaging/samples.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>
#include <string>
#include <system_error>

#include "imaging/jpeg.h"
#include "imaging/raster.h"

namespace likeness::imaging {
namespace {

constexpr int kEdge = 1'024;
constexpr int kQuality = 88;

struct Colour {
  double red;
  double green;
  double blue;
};

// A place in the picture; both edges go from 0 to 1, downwards.
struct Point {
  double x;
  double y;
};

enum class Hair : std::uint8_t { bob, cropped, bun, curls, long_hair, bald };

struct Portrait {
  const char* name;
  Colour sky;     // Behind, above …
  Colour ground;  // … and below.
  Colour skin;
  Colour hair;
  Colour shirt;
  Hair style;
  bool glasses;
};

constexpr std::array<Portrait, 8> kPortraits = {{
    {"ada",
     {.96, .80, .66},
     {.86, .50, .42},
     {.95, .78, .66},
     {.24, .14, .12},
     {.20, .30, .48},
     Hair::bun,
     false},
    {"alan",
     {.70, .84, .90},
     {.34, .56, .70},
     {.92, .74, .62},
     {.30, .20, .14},
     {.93, .90, .84},
     Hair::cropped,
     false},
    {"grace",
     {.82, .90, .78},
     {.42, .62, .50},
     {.98, .84, .74},
     {.80, .80, .80},
     {.16, .22, .34},
     Hair::bob,
     true},
    {"katherine",
     {.98, .88, .62},
     {.90, .62, .34},
     {.56, .36, .26},
     {.12, .08, .08},
     {.62, .16, .28},
     Hair::curls,
     true},
    {"linus",
     {.80, .78, .92},
     {.46, .42, .68},
     {.96, .80, .70},
     {.70, .50, .26},
     {.20, .46, .42},
     Hair::cropped,
     true},
    {"margaret",
     {.92, .76, .82},
     {.66, .38, .52},
     {.96, .80, .68},
     {.42, .24, .14},
     {.96, .86, .70},
     Hair::long_hair,
     true},
    {"radia",
     {.74, .90, .88},
     {.28, .58, .58},
     {.90, .70, .54},
     {.16, .12, .12},
     {.90, .48, .30},
     Hair::long_hair,
     false},
    {"tim",
     {.90, .86, .80},
     {.60, .52, .46},
     {.78, .56, .42},
     {.20, .16, .14},
     {.30, .40, .62},
     Hair::bald,
     false},
}};

Colour mix(const Colour& a, const Colour& b, double share) {
  const auto between = [&](double x, double y) { return x + (y - x) * share; };
  return {between(a.red, b.red), between(a.green, b.green), between(a.blue, b.blue)};
}

constexpr Colour kWhite{1, 1, 1};
constexpr Colour kBlack{0.08, 0.05, 0.06};

// 1 well inside (negative distance), 0 well outside, soft over `edge` between.
double inside(double distance, double edge = 0.003) {
  const double t = std::clamp(0.5 - distance / (2 * edge), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Roughly the distance to an ellipse's rim, negative inside.
double ellipse(const Point& p, const Point& centre, double across, double down) {
  const double x = (p.x - centre.x) / across;
  const double y = (p.y - centre.y) / down;
  return (std::sqrt(x * x + y * y) - 1) * std::min(across, down);
}

// Light from the upper left: what is turned away from it is darker.
Colour shade(const Colour& colour, const Point& p, const Point& centre, double size) {
  const double light = ((p.x - centre.x) + 1.3 * (p.y - centre.y)) / size;
  return light > 0 ? mix(colour, mix(colour, kBlack, 0.55), std::min(light * 0.42, 1.0))
                   : mix(colour, kWhite, std::min(-light * 0.26, 1.0));
}

// A canvas of one pixel: shapes are laid over what is there.
class Brush {
 public:
  Brush(Colour colour, Point at) : colour_(colour), at_(at) {}

  void lay(const Colour& colour, double cover) { colour_ = mix(colour_, colour, cover); }
  void lay_ellipse(const Colour& colour, Point centre, double across, double down,
                   double edge = 0.003) {
    lay(colour, inside(ellipse(at_, centre, across, down), edge));
  }
  [[nodiscard]] const Point& at() const { return at_; }
  [[nodiscard]] const Colour& colour() const { return colour_; }

 private:
  Colour colour_;
  Point at_;
};

constexpr Point kFace{0.5, 0.42};

void draw_hair_behind(Brush& brush, const Portrait& who) {
  const Colour hair = shade(who.hair, brush.at(), kFace, 0.42);
  switch (who.style) {
    case Hair::bun:
      brush.lay_ellipse(hair, {0.5, 0.16}, 0.085, 0.075);
      brush.lay_ellipse(hair, {0.5, 0.36}, 0.185, 0.20);
      return;
    case Hair::bob: brush.lay_ellipse(hair, {0.5, 0.42}, 0.225, 0.245); return;
    case Hair::curls:
      for (int i = 0; i < 13; ++i) {
        const double turn = 3.5 + i * 0.48 - 0.5;
        brush.lay_ellipse(hair, {0.5 + 0.185 * std::cos(turn), 0.37 + 0.20 * std::sin(turn)}, 0.078,
                          0.078);
      }
      return;
    case Hair::long_hair:
      brush.lay_ellipse(hair, {0.5, 0.37}, 0.205, 0.215);
      if (brush.at().y > 0.37) {
        const double reach = 0.205 + 0.06 * (brush.at().y - 0.37);
        brush.lay(hair,
                  inside(std::abs(brush.at().x - 0.5) - reach) * inside(brush.at().y - 0.72, 0.03));
      }
      return;
    case Hair::cropped: brush.lay_ellipse(hair, {0.5, 0.34}, 0.178, 0.175); return;
    case Hair::bald: return;
  }
}

void draw_shoulders(Brush& brush, const Portrait& who) {
  const Point& at = brush.at();
  const Colour neck = shade(mix(who.skin, kBlack, 0.14), at, {0.48, 0.62}, 0.3);
  brush.lay(neck, inside(std::abs(at.x - 0.5) - 0.078) * inside(0.5 - at.y) * inside(at.y - 0.78));
  const Colour shirt = shade(who.shirt, at, {0.42, 0.9}, 0.55);
  const double collar = ellipse(at, {0.5, 0.645}, 0.115, 0.075);
  const double body = ellipse(at, {0.5, 1.0}, 0.41, 0.34);
  brush.lay(shirt, inside(body) * inside(-collar));
  brush.lay(mix(who.shirt, kBlack, 0.3), inside(std::abs(collar) - 0.005) * inside(body));
}

void draw_face(Brush& brush, const Portrait& who) {
  const Point& at = brush.at();
  const Colour ear = shade(mix(who.skin, kBlack, 0.08), at, kFace, 0.4);
  brush.lay_ellipse(ear, {0.342, 0.435}, 0.024, 0.042);
  brush.lay_ellipse(ear, {0.658, 0.435}, 0.024, 0.042);
  brush.lay_ellipse(shade(who.skin, at, {0.47, 0.39}, 0.42), kFace, 0.156, 0.198);
  const Colour blush = mix(who.skin, {0.86, 0.32, 0.30}, 0.26);
  for (const double x : {0.425, 0.575}) brush.lay_ellipse(blush, {x, 0.475}, 0.05, 0.04, 0.038);
}

void draw_fringe(Brush& brush, const Portrait& who) {
  if (who.style == Hair::bald) return;
  const Point& at = brush.at();
  const Colour hair = shade(who.hair, at, {0.46, 0.3}, 0.36);
  // What of the head lies above a slanted parting.
  const double head = ellipse(at, {0.5, 0.395}, 0.176, 0.205);
  const double forehead = ellipse(at, {0.535, 0.475}, 0.185, 0.165);
  brush.lay(hair, inside(head) * inside(-forehead, 0.006) * inside(at.y - 0.47, 0.03));
}

void draw_features(Brush& brush, const Portrait& who) {
  const Point& at = brush.at();
  const Colour brow = mix(who.style == Hair::bald ? kBlack : who.hair, who.skin, 0.2);
  for (const double side : {-1.0, 1.0}) {
    const double x = 0.5 + side * 0.062;
    brush.lay_ellipse(kWhite, {x, 0.425}, 0.023, 0.0145);
    brush.lay_ellipse({0.20, 0.15, 0.14}, {x + 0.002, 0.425}, 0.0125, 0.0135);
    brush.lay_ellipse(kWhite, {x - 0.002, 0.421}, 0.0035, 0.0035);
    const double arch = 0.384 + 6 * (at.x - x) * (at.x - x);
    brush.lay(brow, inside(std::abs(at.y - arch) - 0.0045) * inside(std::abs(at.x - x) - 0.032));
    if (who.glasses) {
      const double rim = ellipse(at, {x, 0.428}, 0.046, 0.040);
      brush.lay(kWhite, 0.10 * inside(rim));
      brush.lay(kBlack, 0.9 * inside(std::abs(rim) - 0.0032));
    }
  }
  if (who.glasses) {
    brush.lay(kBlack,
              0.9 * inside(std::abs(at.y - 0.42) - 0.0032) * inside(std::abs(at.x - 0.5) - 0.018));
  }
  brush.lay_ellipse(mix(who.skin, kBlack, 0.20), {0.503, 0.487}, 0.018, 0.010, 0.008);
  const double smile = 0.548 - 4.2 * (at.x - 0.5) * (at.x - 0.5);
  brush.lay(mix({0.68, 0.22, 0.24}, who.skin, 0.15),
            inside(std::abs(at.y - smile) - 0.006 + 1.6 * (at.x - 0.5) * (at.x - 0.5)) *
                inside(std::abs(at.x - 0.5) - 0.052, 0.008));
}

Colour draw(const Portrait& who, const Point& at) {
  const double fall = std::clamp(at.y * 0.8 + at.x * 0.2, 0.0, 1.0);
  Brush brush(mix(who.sky, who.ground, fall), at);
  // Out-of-focus lights give the background something to look at.
  brush.lay_ellipse(mix(who.sky, kWhite, 0.45), {0.16, 0.20}, 0.17, 0.17, 0.05);
  brush.lay_ellipse(mix(who.sky, kWhite, 0.25), {0.86, 0.36}, 0.12, 0.12, 0.04);
  brush.lay_ellipse(mix(who.ground, kWhite, 0.18), {0.92, 0.70}, 0.20, 0.20, 0.06);
  draw_hair_behind(brush, who);
  draw_shoulders(brush, who);
  draw_face(brush, who);
  draw_fringe(brush, who);
  draw_features(brush, who);
  return brush.colour();
}

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 1.0) * 255));
}

Raster draw(const Portrait& who) {
  Raster raster({kEdge, kEdge}, Pixels::rgb);
  for (int y = 0; y < kEdge; ++y) {
    std::uint8_t* pixel = raster.row(y);
    for (int x = 0; x < kEdge; ++x, pixel += 4) {
      const Colour colour = draw(who, {(x + 0.5) / kEdge, (y + 0.5) / kEdge});
      pixel[0] = to_byte(colour.red);
      pixel[1] = to_byte(colour.green);
      pixel[2] = to_byte(colour.blue);
      pixel[3] = 255;
    }
  }
  return raster;
}

}  // namespace

Result<void> draw_samples(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return fail(Errc::internal, folder.string() + ": " + error.message());
  for (const Portrait& who : kPortraits) {
    const auto path = folder / (std::string(who.name) + ".jpg");
    if (std::filesystem::exists(path, error)) continue;
    const auto bytes = encode_jpeg(draw(who), kQuality, Chroma::halved);
    if (!bytes) return std::unexpected(bytes.error());
    std::ofstream file(path, std::ios::binary);
    if (!file.write(bytes->data(), static_cast<std::streamsize>(bytes->size())).flush()) {
      return fail(Errc::internal, path.string() + ": cannot be written");
    }
  }
  return {};
}

}  // namespace likeness::imaging
