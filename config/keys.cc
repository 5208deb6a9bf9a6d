#include "config/keys.h"

#include <optional>
#include <span>

namespace likeness::config {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool read_hex(std::string_view text, std::span<std::uint8_t> into) {
  if (text.size() != 2 * into.size()) return false;
  for (std::size_t i = 0; i < into.size(); ++i) {
    const int high = hex_digit(text[2 * i]);
    const int low = hex_digit(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    into[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return true;
}

// Takes what stands behind the last colon off `text`; nothing if there is no colon.
std::optional<std::string_view> take_last(std::string_view& text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto last = text.substr(colon + 1);
  text = text.substr(0, colon);
  return last;
}

bool read_scopes(std::string_view text, TokenEntry& entry) {
  for (bool more = true; more;) {
    const auto plus = text.find('+');
    const auto scope = text.substr(0, plus);
    more = plus != std::string_view::npos;
    if (more) text.remove_prefix(plus + 1);
    if (scope != "Contacts.Read" && scope != "Contacts.ReadWrite") return false;
    entry.may_read = true;
    entry.may_write = entry.may_write || scope == "Contacts.ReadWrite";
  }
  return true;
}

}  // namespace

Result<TokenEntry> parse_token_entry(std::string_view text) {
  TokenEntry entry;
  const auto digest = take_last(text);
  const auto scopes = take_last(text);
  if (!digest || !scopes || text.empty() || !read_scopes(*scopes, entry) ||
      !read_hex(*digest, entry.sha256)) {
    return fail(Errc::bad_request,
                "expected USER:SCOPE[+SCOPE]:SHA256HEX, with scopes Contacts.Read and "
                "Contacts.ReadWrite, and what `likeness hash-token` prints");
  }
  entry.user = text;
  return entry;
}

}  // namespace likeness::config
