#include "imaging/fonts.h"

#include <fcntl.h>
#include <ft2build.h>
#include <hb-ft.h>
#include <hb.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

// After ft2build.h, which names them.
#include FT_FREETYPE_H
#include FT_OUTLINE_H
#include FT_BBOX_H
#include FT_TRUETYPE_TABLES_H

namespace likeness::imaging {
namespace {

// Shapes are measured at this em, in pixels, and then made in the size that fits.
constexpr double kMeasuredEm = 256;
// In parts of the picture's shorter edge: the em of one letter and of two, how wide and how high
// the ink may be, and what is added between two letters.
constexpr std::array<double, 2> kEm{0.52, 0.43};
constexpr double kMostWidth = 0.66;
constexpr double kMostHeight = 0.56;
constexpr double kGap = 0.015;
// Capitals' height of a font that does not tell it.
constexpr double kUsualCapital = 0.72;

// A file's bytes, mapped.
class Mapped {
 public:
  explicit Mapped(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return;
    struct stat about{};
    if (::fstat(file, &about) == 0 && about.st_size > 0) {
      const auto length = static_cast<std::size_t>(about.st_size);
      void* const at = ::mmap(nullptr, length, PROT_READ, MAP_PRIVATE, file, 0);
      if (at != MAP_FAILED) bytes_ = {static_cast<const char*>(at), length};
    }
    ::close(file);
  }
  ~Mapped() {
    if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
  }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  [[nodiscard]] std::string_view bytes() const { return bytes_; }

 private:
  std::string_view bytes_;
};

struct Done {
  void operator()(FT_Library library) const { FT_Done_FreeType(library); }
  void operator()(FT_Face face) const { FT_Done_Face(face); }
  void operator()(hb_font_t* font) const { hb_font_destroy(font); }
  void operator()(hb_buffer_t* buffer) const { hb_buffer_destroy(buffer); }
};
using Library = std::unique_ptr<FT_LibraryRec_, Done>;
using Face = std::unique_ptr<FT_FaceRec_, Done>;
using Buffer = std::unique_ptr<hb_buffer_t, Done>;

// The bytes stay mapped as long as the face, which is destroyed first.
struct Font {
  std::unique_ptr<Mapped> file;
  Face face;
};

// A copy of a glyph's outline; coordinates are 64ths of a pixel, upwards.
class Outline {
 public:
  Outline(FT_Library library, const FT_Outline& from) : freetype_(library) {
    const auto points = static_cast<FT_UInt>(from.n_points);
    if (FT_Outline_New(library, points, from.n_contours, &outline_) != 0) return;
    FT_Outline_Copy(&from, &outline_);
  }
  ~Outline() { FT_Outline_Done(freetype_, &outline_); }
  Outline(Outline&& other) noexcept
      : freetype_(other.freetype_), outline_(std::exchange(other.outline_, {})) {}
  Outline& operator=(Outline&&) = delete;
  [[nodiscard]] FT_Outline* get() { return &outline_; }

 private:
  FT_Library freetype_;
  FT_Outline outline_{};
};

// Glyphs side by side, their pen starting at the origin.
struct Line {
  std::vector<Outline> glyphs;
  FT_BBox ink{};  // Meaningless without glyphs.
  bool capitals = true;
};

bool has_capitals(hb_script_t script) {
  constexpr std::array kScripts = {HB_SCRIPT_LATIN, HB_SCRIPT_CYRILLIC, HB_SCRIPT_GREEK,
                                   HB_SCRIPT_ARMENIAN, HB_SCRIPT_COMMON};
  return std::ranges::find(kScripts, script) != kScripts.end();
}

// A cluster in glyphs of the font; null if the font has not all of it.
Buffer shape(const Font& font, std::string_view cluster) {
  Buffer buffer(hb_buffer_create());
  hb_buffer_add_utf8(buffer.get(), cluster.data(), static_cast<int>(cluster.size()), 0, -1);
  hb_buffer_guess_segment_properties(buffer.get());
  const std::unique_ptr<hb_font_t, Done> shaper(hb_ft_font_create_referenced(font.face.get()));
  hb_shape(shaper.get(), buffer.get(), nullptr, 0);
  unsigned count = 0;
  const hb_glyph_info_t* const glyphs = hb_buffer_get_glyph_infos(buffer.get(), &count);
  const bool missing =
      std::any_of(glyphs, glyphs + count, [](const auto& glyph) { return glyph.codepoint == 0; });
  return count == 0 || missing ? nullptr : std::move(buffer);
}

bool set_em(const Font& font, double em) {
  const auto size = static_cast<FT_F26Dot6>(std::lround(em * 64));
  return FT_Set_Char_Size(font.face.get(), 0, std::max<FT_F26Dot6>(size, 64), 72, 72) == 0;
}

double capital_height(const Font& font) {
  const auto* const os2 =
      static_cast<const TT_OS2*>(FT_Get_Sfnt_Table(font.face.get(), FT_SFNT_OS2));
  if (os2 == nullptr || os2->version < 2 || os2->sCapHeight <= 0) return kUsualCapital;
  return static_cast<double>(os2->sCapHeight) / font.face->units_per_EM;
}

}  // namespace

class Fonts::State {
 public:
  explicit State(const std::vector<std::string>& files) {
    FT_Library library = nullptr;
    if (FT_Init_FreeType(&library) != 0) return;
    freetype_.reset(library);
    for (const std::string& path : files) {
      auto file = std::make_unique<Mapped>(path);
      FT_Face face = nullptr;
      const auto* const bytes = reinterpret_cast<const FT_Byte*>(file->bytes().data());
      const auto length = static_cast<FT_Long>(file->bytes().size());
      if (length > 0 && FT_New_Memory_Face(library, bytes, length, 0, &face) == 0)
        fonts_.push_back({std::move(file), Face(face)});
    }
  }

  std::optional<Coverage> draw(const std::vector<std::string>& clusters, Size size) {
    const double edge = std::min(size.width, size.height);
    const auto measured = line_up(clusters, kMeasuredEm, 0);
    if (!measured) return std::nullopt;
    double em = edge * kEm[std::min(clusters.size(), kEm.size()) - 1];
    const double width = static_cast<double>(measured->ink.xMax - measured->ink.xMin) / 64;
    const double height = static_cast<double>(measured->ink.yMax - measured->ink.yMin) / 64;
    em = std::min(em, kMostWidth * edge * kMeasuredEm / std::max(width, 1.0));
    em = std::min(em, kMostHeight * edge * kMeasuredEm / std::max(height, 1.0));
    auto line = line_up(clusters, em, kGap * edge);
    if (!line) return std::nullopt;
    const FT_BBox& ink = line->ink;
    const auto right = std::lround(32.0 * size.width) - (ink.xMin + ink.xMax) / 2;
    const auto middle = line->capitals ? std::lround(32 * em * capital_height(fonts_.front()))
                                       : (ink.yMin + ink.yMax) / 2;
    return lay(*line, size, right, std::lround(32.0 * size.height) - middle);
  }

 private:
  // REQUIRES: clusters is not empty.
  std::optional<Line> line_up(const std::vector<std::string>& clusters, double em, double gap) {
    Line line;
    std::vector<std::pair<const Font*, Buffer>> shaped;
    for (const std::string& cluster : clusters) {
      auto found = shape(cluster, em);
      if (found.second == nullptr) return std::nullopt;
      shaped.push_back(std::move(found));
    }
    const auto backwards = hb_buffer_get_direction(shaped.front().second.get()) == HB_DIRECTION_RTL;
    if (backwards) std::ranges::reverse(shaped);
    FT_Pos pen = 0;
    for (const auto& [font, buffer] : shaped) {
      line.capitals = line.capitals && has_capitals(hb_buffer_get_script(buffer.get()));
      if (!add(line, *font, buffer, pen)) return std::nullopt;
      pen += std::lround(64 * gap);
    }
    if (line.glyphs.empty()) return std::nullopt;
    return line;
  }

  std::pair<const Font*, Buffer> shape(std::string_view cluster, double em) {
    for (const Font& font : fonts_) {
      if (!set_em(font, em)) continue;
      if (auto buffer = imaging::shape(font, cluster)) return {&font, std::move(buffer)};
    }
    return {};
  }

  bool add(Line& line, const Font& font, const Buffer& buffer, FT_Pos& pen) {
    unsigned count = 0;
    const hb_glyph_info_t* const glyphs = hb_buffer_get_glyph_infos(buffer.get(), &count);
    const hb_glyph_position_t* const places = hb_buffer_get_glyph_positions(buffer.get(), nullptr);
    for (unsigned i = 0; i < count; ++i) {
      const auto flags = FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP;
      if (FT_Load_Glyph(font.face.get(), glyphs[i].codepoint, flags) != 0) return false;
      const FT_GlyphSlot slot = font.face->glyph;
      if (slot->format != FT_GLYPH_FORMAT_OUTLINE) return false;
      if (slot->outline.n_points > 0) {
        Outline outline(freetype_.get(), slot->outline);
        FT_Outline_Translate(outline.get(), pen + places[i].x_offset, places[i].y_offset);
        FT_BBox box{};
        FT_Outline_Get_BBox(outline.get(), &box);
        line.ink = line.glyphs.empty() ? box : join(line.ink, box);
        line.glyphs.push_back(std::move(outline));
      }
      pen += places[i].x_advance;
    }
    return true;
  }

  static FT_BBox join(const FT_BBox& a, const FT_BBox& b) {
    return {std::min(a.xMin, b.xMin), std::min(a.yMin, b.yMin), std::max(a.xMax, b.xMax),
            std::max(a.yMax, b.yMax)};
  }

  // Each glyph on a sheet of its own, since outlines may overlap.
  std::optional<Coverage> lay(Line& line, Size size, FT_Pos right, FT_Pos up) {
    Coverage all{size, {}};
    all.bytes.resize(std::size_t(size.width) * unsigned(size.height));
    std::vector<std::uint8_t> sheet;
    FT_Bitmap bitmap{};
    bitmap.rows = static_cast<unsigned>(size.height);
    bitmap.width = static_cast<unsigned>(size.width);
    bitmap.pitch = size.width;
    bitmap.num_grays = 256;
    bitmap.pixel_mode = FT_PIXEL_MODE_GRAY;
    for (Outline& glyph : line.glyphs) {
      sheet.assign(all.bytes.size(), 0);
      bitmap.buffer = sheet.data();
      FT_Outline_Translate(glyph.get(), right, up);
      if (FT_Outline_Get_Bitmap(freetype_.get(), glyph.get(), &bitmap) != 0) return std::nullopt;
      std::ranges::transform(all.bytes, sheet, all.bytes.begin(),
                             [](auto a, auto b) { return std::max(a, b); });
    }
    return all;
  }

  Library freetype_;
  std::vector<Font> fonts_;
};

Fonts::Fonts(const std::vector<std::string>& files) : state_(std::make_unique<State>(files)) {}

Fonts::~Fonts() = default;

std::optional<Coverage> Fonts::draw(const std::vector<std::string>& clusters, Size size) {
  if (clusters.empty()) return std::nullopt;
  return state_->draw(clusters, size);
}

}  // namespace likeness::imaging
