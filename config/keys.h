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

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_KEYS_H_
