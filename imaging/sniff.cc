#include "imaging/sniff.h"

#include <algorithm>
#include <array>

namespace likeness::imaging {
namespace {

using namespace std::string_view_literals;

// Four-letter names of the file types, main one first, of an ISO base media file ("ftyp" box).
// AVIF and HEIC share the container; only the names tell which codec is inside.
std::optional<SourceFormat> sniff_iso_media(std::string_view bytes) {
  constexpr std::array kAvif = {"avif"sv, "avis"sv};
  constexpr std::array kHeic = {"heic"sv, "heix"sv, "heim"sv, "heis"sv, "hevc"sv, "hevx"sv};
  // Past this many compatible names nobody writes one that matters.
  constexpr std::size_t kMaxNames = 16;
  const auto has = [](const auto& names, std::string_view name) {
    return std::ranges::find(names, name) != names.end();
  };
  const std::string_view main = bytes.substr(8, 4);
  if (has(kAvif, main)) return SourceFormat::avif;
  if (has(kHeic, main)) return SourceFormat::heic;
  if (main != "mif1" && main != "msf1") return std::nullopt;
  const std::size_t box_end = static_cast<unsigned char>(bytes[3]);
  for (std::size_t at = 16, i = 0; i < kMaxNames && at + 4 <= std::min(box_end, bytes.size());
       at += 4, ++i) {
    if (has(kAvif, bytes.substr(at, 4))) return SourceFormat::avif;
    if (has(kHeic, bytes.substr(at, 4))) return SourceFormat::heic;
  }
  return std::nullopt;
}

}  // namespace

std::optional<SourceFormat> sniff(std::string_view bytes) {
  // The smallest picture of any format is longer than the longest signature.
  if (bytes.size() < 16) return std::nullopt;
  if (bytes.starts_with("\xff\xd8\xff"sv)) return SourceFormat::jpeg;
  if (bytes.starts_with("\x89PNG\r\n\x1a\n"sv)) return SourceFormat::png;
  if (bytes.starts_with("GIF87a"sv) || bytes.starts_with("GIF89a"sv)) return SourceFormat::gif;
  if (bytes.starts_with("RIFF"sv) && bytes.substr(8, 4) == "WEBP") return SourceFormat::webp;
  if (bytes.starts_with("II*\0"sv) || bytes.starts_with("MM\0*"sv)) return SourceFormat::tiff;
  if (bytes.substr(4, 4) == "ftyp") return sniff_iso_media(bytes);
  return std::nullopt;
}

std::string_view content_type(SourceFormat format) {
  switch (format) {
    case SourceFormat::jpeg: return "image/jpeg";
    case SourceFormat::png: return "image/png";
    case SourceFormat::webp: return "image/webp";
    case SourceFormat::gif: return "image/gif";
    case SourceFormat::tiff: return "image/tiff";
    case SourceFormat::avif: return "image/avif";
    case SourceFormat::heic: return "image/heic";
  }
  return "application/octet-stream";
}

}  // namespace likeness::imaging
