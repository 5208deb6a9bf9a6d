#ifndef LIKENESS_IMAGING_RASTER_H_
#define LIKENESS_IMAGING_RASTER_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "imaging/spec.h"

namespace likeness::imaging {

// What the four bytes of a pixel are. Grey and rgb leave the fourth byte unused; grey has three
// equal ones.
enum class Pixels : std::uint8_t { grey, rgb, rgba, cmyk };

// How much of a picture's colour an encoder keeps: in each direction every second pixel's, or all.
enum class Chroma : std::uint8_t { halved, full };

// A decoded picture in memory: rows of four bytes a pixel without gaps, whatever the picture's
// colours, so that each step exists once. Move-only; a moved-from raster is empty.
struct Raster {
  Raster() = default;
  Raster(Size size_of_it, Pixels what)
      : size(size_of_it),
        pixels(what),
        bytes(std::make_unique_for_overwrite<std::uint8_t[]>(byte_count())) {}

  [[nodiscard]] std::size_t row_bytes() const { return std::size_t{4} * unsigned(size.width); }
  [[nodiscard]] std::size_t byte_count() const { return row_bytes() * unsigned(size.height); }
  [[nodiscard]] std::uint8_t* row(int y) { return bytes.get() + row_bytes() * unsigned(y); }
  [[nodiscard]] const std::uint8_t* row(int y) const {
    return bytes.get() + row_bytes() * unsigned(y);
  }

  Size size;
  Pixels pixels = Pixels::rgb;
  std::unique_ptr<std::uint8_t[]> bytes;
};

// A decoder's picture: as stored (not upright yet), perhaps reduced while it was decoded.
struct Decoded {
  Raster raster;
  // The source's edges in pixels of the raster. A reduced picture need not end at a pixel's edge,
  // so these can be less than the raster's by a fraction.
  double width = 0;
  double height = 0;
};

// Turns and mirrors a stored picture upright; `orientation` is EXIF's, 1 to 8.
[[nodiscard]] Raster upright(Raster raster, int orientation);

// Whether EXIF's `orientation` swaps width and height.
[[nodiscard]] constexpr bool swaps_edges(int orientation) {
  return orientation >= 5 && orientation <= 8;
}

[[nodiscard]] constexpr Size oriented(Size size, int orientation) {
  return swaps_edges(orientation) ? Size{size.height, size.width} : size;
}

// Copies `size` pixels from (left, top) on. REQUIRES: they lie in the raster.
[[nodiscard]] Raster cut(const Raster& raster, int left, int top, Size size);

// Lays an rgba picture on white; others stay as they are.
void flatten(Raster& raster);

// Makes an rgba picture whose pixels are all opaque an rgb one.
void drop_opaque_alpha(Raster& raster);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_RASTER_H_
