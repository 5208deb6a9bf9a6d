// Feeds names that strangers choose into monograms, from the URL to the glyphs.
#include <string>

#include "imaging/draw.h"
#include "imaging/palette.h"
#include "proxy/fallback/initials.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness;
  const auto name = fuzz::text_of(data, size);
  static imaging::Fonts fonts{ImagingSettings{}.fonts};
  for (const auto& letters :
       {fallback::initials(name), fallback::initials(fallback::name_in_id(name))}) {
    hold(letters.size() <= imaging::kMaxInitials);
    for (const std::string& letter : letters)
      hold(!letter.empty() && letter.size() <= imaging::kMaxInitialBytes);
    const auto raster =
        imaging::draw({.initials = letters, .colour = imaging::kNeutral}, {48, 48}, fonts);
    hold(raster.size == imaging::Size{48, 48});
  }
  return 0;
}
