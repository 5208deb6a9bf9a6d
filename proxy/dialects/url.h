#ifndef LIKENESS_PROXY_DIALECTS_URL_H_
#define LIKENESS_PROXY_DIALECTS_URL_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "proxy/photo/id.h"

namespace likeness::dialects {

// Takes the first segment off a path ("/a/b" gives "a" and leaves "/b"); nothing when the path is
// used up. A trailing slash gives one last empty segment.
[[nodiscard]] std::optional<std::string_view> take_segment(std::string_view& path);

// A segment of an OData path: a word, "contacts", and where it has one the key, "contacts('id')",
// without its quotes and with '' undoubled; both still percent-encoded, though the quotes and
// parentheses may have been encoded as well.
struct Keyed {
  std::string word;
  std::optional<std::string> key;
};
// Empty if the parentheses or quotes do not match.
[[nodiscard]] std::optional<Keyed> split_keyed(std::string_view segment);

// Undoes percent-encoding; "+" stands for itself. Empty if an escape is broken or decodes to NUL.
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

// The same for a photo's id, within `limit` bytes; empty also where nothing is left or it is
// longer.
[[nodiscard]] std::optional<photo::PhotoId> decode_id(std::string_view text, std::size_t limit);

// The raw value of the first query parameter of that name, without regard to case (UCWA's and
// Exchange's clients differ in it); empty optional if absent, empty text for "name" and "name=".
// "&amp;" counts as "&": a typo of Microsoft's own documents that real clients copied
// (docs/protocols.md, section 1).
[[nodiscard]] std::optional<std::string_view> query_value(std::string_view query,
                                                          std::string_view name);

// Does `text` equal the lower-case `lower`, without regard to ASCII case?
[[nodiscard]] bool is(std::string_view text, std::string_view lower);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_URL_H_
