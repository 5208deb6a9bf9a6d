#ifndef LIKENESS_PROXY_PHOTO_DIGEST_H_
#define LIKENESS_PROXY_PHOTO_DIGEST_H_

#include <cstdint>
#include <string>
#include <string_view>

namespace likeness::photo {

// 128 bits of XXH3 as 32 hexadecimal digits: what versions and entity tags are made of. Equal on
// every machine. It tells changes apart and is no proof against forgery: whoever chooses a photo's
// bytes could at most collide with an older photo of the same contact.
[[nodiscard]] std::string digest(std::string_view bytes);

// The first six of these digits, as a number.
[[nodiscard]] std::uint32_t digest_start(std::string_view bytes);

// The strong entity tag of these bytes, with its quotes.
[[nodiscard]] std::string entity_tag(std::string_view bytes);

// The entity tag of a picture made of the source of that version: by what it shows and not by its
// bytes, so that every process gives the same one, today and after a restart, whichever of original
// and master it was made from and beside which other sizes. Hence weak (RFC 9110, 8.8.1).
// `name` is the picture's within its record, `quality` what it was encoded with.
[[nodiscard]] std::string picture_tag(std::string_view version, std::string_view name, int quality);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_DIGEST_H_
