#include "proxy/contacts/picture.h"

#include <cstdint>

namespace likeness::contacts {
namespace {

int byte(std::string_view bytes, std::size_t at) {
  return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0;
}
int big16(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) << 8 | byte(bytes, at + 1);
}
int little16(std::string_view bytes, std::size_t at) {
  return byte(bytes, at + 1) << 8 | byte(bytes, at);
}
int little24(std::string_view bytes, std::size_t at) {
  return byte(bytes, at + 2) << 16 | little16(bytes, at);
}
// Sizes above 2^24 are no picture's of ours.
int big32(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) != 0 ? 0 : byte(bytes, at + 1) << 16 | big16(bytes, at + 2);
}

// Walks the segments to the frame header (SOF0 to SOF15, but for the tables among them).
PictureHeader jpeg(std::string_view bytes) {
  PictureHeader header{"image/jpeg", 0, 0};
  std::size_t at = 2;
  while (at + 9 < bytes.size() && byte(bytes, at) == 0xFF) {
    const int marker = byte(bytes, at + 1);
    if (marker == 0xFF) {
      ++at;
      continue;
    }
    const bool frame =
        marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
    if (frame) {
      header.height = big16(bytes, at + 5);
      header.width = big16(bytes, at + 7);
      return header;
    }
    at += 2 + static_cast<std::size_t>(big16(bytes, at + 2));
  }
  return header;
}

PictureHeader webp(std::string_view bytes) {
  const std::string_view kind = bytes.substr(12, 4);
  if (kind == "VP8X") return {"image/webp", 1 + little24(bytes, 24), 1 + little24(bytes, 27)};
  if (kind == "VP8 ") {
    return {"image/webp", little16(bytes, 26) & 0x3FFF, little16(bytes, 28) & 0x3FFF};
  }
  if (kind == "VP8L") {
    const int low = little16(bytes, 21);
    const int high = little16(bytes, 23);
    return {"image/webp", 1 + (low & 0x3FFF), 1 + ((low >> 14) | ((high & 0xFFF) << 2))};
  }
  return {"image/webp", 0, 0};
}

std::optional<PictureHeader> iso_media(std::string_view bytes) {
  const std::string_view brand = bytes.substr(8, 4);
  if (brand == "avif" || brand == "avis") return PictureHeader{"image/avif", 0, 0};
  for (const std::string_view heif : {"heic", "heix", "hevc", "heim", "heis", "mif1", "msf1"}) {
    if (brand == heif) return PictureHeader{"image/heic", 0, 0};
  }
  return std::nullopt;
}

}  // namespace

std::optional<PictureHeader> read_picture_header(std::string_view bytes) {
  using std::string_view_literals::operator""sv;
  if (bytes.size() < 16) return std::nullopt;
  if (bytes.starts_with("\xFF\xD8\xFF")) return jpeg(bytes);
  if (bytes.starts_with("\x89PNG\r\n\x1A\n")) {
    return PictureHeader{"image/png", big32(bytes, 16), big32(bytes, 20)};
  }
  if (bytes.starts_with("GIF87a") || bytes.starts_with("GIF89a")) {
    return PictureHeader{"image/gif", little16(bytes, 6), little16(bytes, 8)};
  }
  if (bytes.starts_with("RIFF") && bytes.substr(8, 4) == "WEBP") return webp(bytes);
  if (bytes.starts_with("BM")) {
    return PictureHeader{"image/bmp", little16(bytes, 18), little16(bytes, 22)};
  }
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) {
    return PictureHeader{"image/tiff", 0, 0};
  }
  if (bytes.substr(4, 4) == "ftyp") return iso_media(bytes);
  return std::nullopt;
}

}  // namespace likeness::contacts
