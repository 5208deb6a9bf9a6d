#ifndef LIKENESS_IMAGING_SNIFF_H_
#define LIKENESS_IMAGING_SNIFF_H_

#include <cstdint>
#include <optional>
#include <string_view>

namespace likeness::imaging {

// Encodings that we read. What is not here is refused by its first bytes, before any decoder sees
// it: SVG, PDF and ImageMagick's formats for their history, BMP because libvips has no loader of
// its own for it.
enum class SourceFormat : std::uint8_t { jpeg, png, webp, gif, tiff, avif, heic };

// The format that the first bytes of a file promise, nothing if it is none of ours.
[[nodiscard]] std::optional<SourceFormat> sniff(std::string_view bytes);

[[nodiscard]] std::string_view content_type(SourceFormat format);  // "image/heic"

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SNIFF_H_
