#ifndef LIKENESS_PROXY_CONTACTS_ENCODING_H_
#define LIKENESS_PROXY_CONTACTS_ENCODING_H_

#include <optional>
#include <string>
#include <string_view>

namespace likeness::contacts {

// Bytes as text and back, and the few cryptographic words that ids, versions and tokens need
// (OpenSSL's). Pure functions, but for random_bytes().

[[nodiscard]] std::string base64(std::string_view bytes);
// With "-" and "_", and no padding: safe in URLs.
[[nodiscard]] std::string base64_url(std::string_view bytes);
// Both alphabets; white space and missing padding are forgiven, anything else is not.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

[[nodiscard]] std::string hex(std::string_view bytes);

// RFC 2045 6.7, with soft line breaks already joined. A broken escape stays as it is.
[[nodiscard]] std::string from_quoted_printable(std::string_view text);

// From the operating system's source; throws std::runtime_error if that fails.
[[nodiscard]] std::string random_bytes(std::size_t count);
[[nodiscard]] std::string sha256(std::string_view bytes);
[[nodiscard]] std::string hmac_sha256(std::string_view key, std::string_view bytes);
// In time that does not tell where two texts differ.
[[nodiscard]] bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_ENCODING_H_
