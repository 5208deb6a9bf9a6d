#ifndef LIKENESS_PROXY_CONTACTS_PICTURE_H_
#define LIKENESS_PROXY_CONTACTS_PICTURE_H_

#include <optional>
#include <string_view>

namespace likeness::contacts {

// What the first bytes of a picture say. A pure look at the header: the picture itself is decoded
// elsewhere, in a sandbox.
struct PictureHeader {
  std::string_view content_type;  // "image/jpeg"
  int width = 0;  // As stored, before any EXIF turn; 0 where the header is not read.
  int height = 0;
};

// Nothing if it is none of JPEG, PNG, GIF, WebP, BMP, TIFF, AVIF or HEIC. Sizes are read of the
// first five.
[[nodiscard]] std::optional<PictureHeader> read_picture_header(std::string_view bytes);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_PICTURE_H_
