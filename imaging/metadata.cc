#include "imaging/metadata.h"

#include <cstddef>
#include <cstdint>

namespace likeness::imaging {
namespace {

using namespace std::string_view_literals;

// Numbers of a block in either byte order; what lies outside of it reads as 0.
class Block {
 public:
  Block(std::string_view bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  [[nodiscard]] std::uint32_t number(std::size_t at, std::size_t length) const {
    if (at > bytes_.size() || bytes_.size() - at < length) return 0;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < length; ++i) {
      const std::size_t place = big_endian_ ? at + i : at + length - 1 - i;
      value = value << 8U | static_cast<unsigned char>(bytes_[place]);
    }
    return value;
  }

 private:
  std::string_view bytes_;
  bool big_endian_;
};

}  // namespace

int exif_orientation(std::string_view exif) {
  constexpr std::size_t kEntryBytes = 12;
  constexpr std::uint32_t kOrientationTag = 0x0112;
  constexpr std::uint32_t kShort = 3;
  const bool big_endian = exif.starts_with("MM\0*"sv);
  if (!big_endian && !exif.starts_with("II*\0"sv)) return 1;
  const Block block(exif, big_endian);
  const std::size_t directory = block.number(4, 4);
  const std::size_t entries = block.number(directory, 2);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t entry = directory + 2 + i * kEntryBytes;
    if (entry > exif.size()) return 1;
    if (block.number(entry, 2) != kOrientationTag) continue;
    const std::uint32_t value = block.number(entry + 8, 2);
    return block.number(entry + 2, 2) == kShort && value >= 1 && value <= 8
               ? static_cast<int>(value)
               : 1;
  }
  return 1;
}

bool is_srgb_profile(std::string_view icc) {
  constexpr std::size_t kTagCountAt = 128;
  constexpr std::size_t kTagBytes = 12;
  constexpr std::size_t kMaxTags = 64;
  const Block block(icc, true);
  const std::size_t tags = block.number(kTagCountAt, 4);
  for (std::size_t i = 0; i < tags && i < kMaxTags; ++i) {
    const std::size_t tag = kTagCountAt + 4 + i * kTagBytes;
    if (tag + kTagBytes > icc.size() || icc.substr(tag, 4) != "desc") continue;
    const std::size_t at = block.number(tag + 4, 4);
    if (at > icc.size()) return false;
    const std::string_view text = icc.substr(at, block.number(tag + 8, 4));
    // ICC 2 has the description in ASCII, ICC 4 in UTF-16.
    return text.find("sRGB"sv) != std::string_view::npos ||
           text.find("s\0R\0G\0B"sv) != std::string_view::npos;
  }
  return false;
}

}  // namespace likeness::imaging
