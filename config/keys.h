#ifndef LIKENESS_CONFIG_KEYS_H_
#define LIKENESS_CONFIG_KEYS_H_

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "config/base/error.h"

namespace likeness::config {

// The compact texts in which settings name tokens and keys. Pure; error texts never repeat what may
// be secret.

struct TokenEntry {
  std::string user;
  bool may_read = false;
  bool may_write = false;
  std::array<std::uint8_t, 32> sha256{};  // Of the token.
};

// "USER:SCOPE[+SCOPE]:SHA256HEX", with the scopes that Microsoft's contact services know:
// Contacts.Read and Contacts.ReadWrite, which includes it. A user may contain colons.
[[nodiscard]] Result<TokenEntry> parse_token_entry(std::string_view text);

struct SigningKeyEntry {
  std::string id;
  std::string secret;  // Raw bytes.
};

// "ID:HEX": an id of at most 32 letters, digits, "-", "_" and ".", and 16 to 64 bytes.
[[nodiscard]] Result<SigningKeyEntry> parse_signing_key(std::string_view text);

struct HeaderEntry {
  std::string name;
  std::string value;
};

// "NAME: VALUE".
[[nodiscard]] Result<HeaderEntry> parse_header(std::string_view text);

// Stands a secret elsewhere (config/secret.h), so that it cannot be looked at yet?
[[nodiscard]] bool is_elsewhere(std::string_view setting);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_KEYS_H_
