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

std::string entity_tag(std::string_view bytes) { return '"' + digest(bytes) + '"'; }

}  // namespace likeness::photo
