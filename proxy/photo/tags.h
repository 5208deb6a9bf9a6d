#ifndef LIKENESS_PROXY_PHOTO_TAGS_H_
#define LIKENESS_PROXY_PHOTO_TAGS_H_

#include <string>
#include <string_view>

#include "config/settings.h"

namespace likeness::photo {

// The names under which a CDN can find what it keeps of a photo, to drop it: docs/cdn.md tells how
// anyone can compute them. An answer about a photo has three:
//   likeness      everything of ours
//   p-<16 hex>    this photo
//   m-<16 hex>    its mailbox: the photo of its owner, and those of all contacts in it
// The digits are the first of SHA-256 over settings.tag_salt and the photo's id, or the part of the
// id before "/contacts/": stable everywhere and for ever, and without an address in clear.
//
// Pure functions. Thread-safe.
inline constexpr std::string_view kEveryPhotoTag = "likeness";

[[nodiscard]] std::string photo_tag(std::string_view photo, const CdnSettings& settings);
[[nodiscard]] std::string mailbox_tag(std::string_view mailbox, const CdnSettings& settings);

// The mailbox that a photo is in; a photo that is nobody's contact is its own owner's.
[[nodiscard]] std::string_view mailbox_of(std::string_view photo);

// Can a photo have that tag, other than the one that all have?
[[nodiscard]] bool is_tag(std::string_view text);

// The header lines of settings.tag_headers, each with its CRLF; empty where there are none.
[[nodiscard]] std::string tag_lines(std::string_view photo, const CdnSettings& settings);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_TAGS_H_
