#include "config/keys.h"

#include <algorithm>
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

bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
         c == '_' || c == '.';
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

Result<SigningKeyEntry> parse_signing_key(std::string_view text) {
  constexpr std::size_t kLongestId = 32;
  const auto digits = take_last(text);
  const bool named =
      !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, is_token_char);
  std::array<std::uint8_t, 64> bytes{};
  const std::size_t size = digits ? digits->size() / 2 : 0;
  if (!named || size < 16 || size > bytes.size() ||
      !read_hex(*digits, std::span(bytes).first(size)))
    return fail(Errc::bad_request, "expected ID:HEX, with a key of 16 to 64 bytes");
  return SigningKeyEntry{std::string(text), std::string(bytes.begin(), bytes.begin() + size)};
}

Result<HeaderEntry> parse_header(std::string_view text) {
  const auto colon = text.find(':');
  const auto name = text.substr(0, colon);
  const auto value =
      colon == std::string_view::npos
          ? std::string_view()
          : text.substr(std::min(text.find_first_not_of(' ', colon + 1), text.size()));
  const bool visible = std::ranges::all_of(value, [](char c) { return c >= ' ' && c < '\x7f'; });
  if (name.empty() || !std::ranges::all_of(name, is_token_char) || value.empty() || !visible)
    return fail(Errc::bad_request, "expected NAME: VALUE");
  return HeaderEntry{std::string(name), std::string(value)};
}

bool is_elsewhere(std::string_view setting) {
  return setting.starts_with("file:") || setting.starts_with("env:");
}

}  // namespace likeness::config
