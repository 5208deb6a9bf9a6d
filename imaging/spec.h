#ifndef LIKENESS_IMAGING_SPEC_H_
#define LIKENESS_IMAGING_SPEC_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "config/settings.h"

namespace likeness::imaging {

// Encodings that we produce.
enum class Format : std::uint8_t { jpeg, webp, avif, png };

// How a picture of another aspect ratio meets the asked box: `crop` fills it and cuts what is over,
// `contain` keeps all of it and leaves the box unfilled (the answer is smaller than the box).
enum class Fit : std::uint8_t { crop, contain };

// What a crop keeps: the middle, or what libvips' attention strategy finds most interesting.
enum class Gravity : std::uint8_t { centre, attention };

struct Size {
  int width = 0;
  int height = 0;
  friend bool operator==(const Size&, const Size&) = default;
};

// What a client may ask of a photo's picture. Immutable value; cheap to copy and compare.
struct Spec {
  Size box = {};  // Pixels; {0, 0} asks for the source's own size.
  Fit fit = Fit::crop;
  Gravity gravity = Gravity::centre;
  Format format = Format::jpeg;
  int quality = 0;       // 1 to 100; 0 means the format's default.
  bool enlarge = false;  // May the answer have more pixels than the source?
  // Is a JPEG of the same size and quality to be had where that has fewer bytes? Not in place of a
  // picture with transparency.
  bool or_jpeg = false;
  friend bool operator==(const Spec&, const Spec&) = default;
};

// The size of the answer for an upright source of `source` pixels. With crop this is the box
// itself, or, where that would enlarge and may not, the largest size of the box's aspect that fits
// in the source. With contain it is the source scaled to fit the box. Never below 1x1.
[[nodiscard]] Size output_size(Size source, const Spec& spec);

// The one Spec of all those that give the same picture of such a source: its box is the size of the
// answer, fit, gravity and enlarge are normalised where they make no difference. Variants are
// stored under canonical specs, so asking for every size above the original's stores it once.
[[nodiscard]] Spec canonical(Size source, const Spec& spec);

// The spec's name as part of a key, at most kMaxNameLength characters: "240x240-crop-q80.jpeg".
// Equal names mean equal specs. `into` must have room for kMaxNameLength characters; the result
// points into it.
inline constexpr std::size_t kMaxNameLength = 64;
[[nodiscard]] std::string_view write_name(const Spec& spec, char* into);

// What a picture of this spec is encoded with, 1 to 100; 0 for a format that has no quality.
[[nodiscard]] int quality_of(const Spec& spec, const ImagingSettings& settings);

[[nodiscard]] std::string_view content_type(Format format);  // "image/jpeg"
[[nodiscard]] std::string_view extension(Format format);     // "jpg"

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SPEC_H_
