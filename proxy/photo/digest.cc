#include "proxy/photo/digest.h"

#include <xxhash.h>

#include <array>

namespace likeness::photo {

std::string digest(std::string_view bytes) {
  XXH128_canonical_t canonical;
  XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
  std::string text;
  text.reserve(2 * sizeof canonical.digest);
  for (const unsigned char byte : canonical.digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

std::uint32_t digest_start(std::string_view bytes) {
  return static_cast<std::uint32_t>(XXH3_128bits(bytes.data(), bytes.size()).high64 >> 40U);
}

std::string entity_tag(std::string_view bytes) { return '"' + digest(bytes) + '"'; }

std::string picture_tag(std::string_view version, std::string_view name, int quality) {
  std::string shown(version);
  shown.append(" ").append(name).append(" ").append(std::to_string(quality));
  return "W/" + entity_tag(shown);
}

}  // namespace likeness::photo
