#ifndef LIKENESS_IMAGING_FONTS_H_
#define LIKENESS_IMAGING_FONTS_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "imaging/raster.h"

namespace likeness::imaging {

// One byte of coverage a pixel, rows without gaps.
struct Coverage {
  Size size;
  std::vector<std::uint8_t> bytes;
};

// The fonts that initials are drawn with, FreeType's and HarfBuzz's behind a wall. Their files are
// mapped into memory by the constructor, so that a worker needs no file once its sandbox is closed;
// files that are not there or no fonts are left out. No system configuration is asked: equal files
// give equal pictures.
//
// Confined to one thread.
class Fonts {
 public:
  explicit Fonts(const std::vector<std::string>& files);
  ~Fonts();
  Fonts(const Fonts&) = delete;
  Fonts& operator=(const Fonts&) = delete;

  // The grapheme clusters, each by the first font that has all of it, in reading order (the first
  // to the right where its script runs so), in the middle of a picture of that size. Letters of
  // scripts with capitals stand on one line whatever hangs below; others are centred by their ink.
  // Nothing if some cluster is in no font.
  [[nodiscard]] std::optional<Coverage> draw(const std::vector<std::string>& clusters, Size size);

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_FONTS_H_
