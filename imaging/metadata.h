#ifndef LIKENESS_IMAGING_METADATA_H_
#define LIKENESS_IMAGING_METADATA_H_

#include <string_view>

namespace likeness::imaging {

// The orientation (1 to 8) that an EXIF block names, 1 if it names none or makes no sense. `exif`
// starts with the TIFF header, after "Exif\0\0".
[[nodiscard]] int exif_orientation(std::string_view exif);

// Whether an ICC profile calls itself sRGB: converting from it would change nothing. A profile that
// lies gets its colours wrong and nothing else.
[[nodiscard]] bool is_srgb_profile(std::string_view icc);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_METADATA_H_
