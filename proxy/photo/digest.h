#ifndef LIKENESS_PROXY_PHOTO_DIGEST_H_
#define LIKENESS_PROXY_PHOTO_DIGEST_H_

#include <string>
#include <string_view>

namespace likeness::photo {

// 128 bits of XXH3 as 32 hexadecimal digits: what versions and entity tags are made of. Equal on
// every machine. It tells changes apart and is no proof against forgery: whoever chooses a photo's
// bytes could at most collide with an older photo of the same contact.
[[nodiscard]] std::string digest(std::string_view bytes);

// The strong entity tag of a picture's bytes, with its quotes.
[[nodiscard]] std::string entity_tag(std::string_view bytes);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_DIGEST_H_
