#ifndef LIKENESS_PROXY_CONTACTS_TEXT_H_
#define LIKENESS_PROXY_CONTACTS_TEXT_H_

#include <optional>
#include <string>
#include <string_view>

namespace likeness::contacts {

// What names, addresses and imported files need of text beyond std::string: one way of comparing
// without case, and one way from any charset to UTF-8 (both ICU's). Pure functions.

// The form in which text is compared and sorted: NFKC case folding, so that case, width and the way
// an accent is composed make no difference, and then decomposed, so that "é" sorts beside "e".
// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string fold(std::string_view utf8);

// The smallest text that is greater than every text starting with `folded`; empty if there is
// none. With it a prefix becomes a range that an index can serve.
[[nodiscard]] std::string after_prefix(std::string_view folded);

[[nodiscard]] bool valid_utf8(std::string_view bytes);

// `bytes` in the named charset ("ISO-8859-1", "utf-8", any ICU name) as UTF-8; nothing if the
// charset is unknown. What the charset cannot explain becomes U+FFFD.
[[nodiscard]] std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset);

// ASCII only: header words, property names, parameter values.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);
[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The digits of a telephone number, with a leading "+" if it has one: how numbers are compared.
[[nodiscard]] std::string phone_digits(std::string_view number);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_TEXT_H_
