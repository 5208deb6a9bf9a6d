#include "proxy/proof/signatures.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>

#include "config/keys.h"
#include "config/secret.h"
#include "proxy/proof/canonical.h"

namespace likeness::proof {
namespace {

using Text = std::array<char, 43>;

// Base64url without padding, 43 characters of 32 bytes.
Text encode(const Digest& digest) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  Text text;
  std::uint32_t bits = 0;
  unsigned have = 0;
  auto* out = text.begin();
  for (const std::uint8_t byte : digest) {
    bits = (bits << 8U) | byte;
    for (have += 8; have >= 6; have -= 6) *out++ = kAlphabet[(bits >> (have - 6)) & 63U];
  }
  *out = kAlphabet[(bits << (6 - have)) & 63U];
  return text;
}

std::string_view view(const Text& text) { return {text.data(), text.size()}; }

// Decimal digits alone, at most twelve: the year 33658 is far enough.
std::optional<std::int64_t> read_seconds(std::string_view text) {
  std::int64_t number = 0;
  const auto* const end = text.data() + text.size();
  if (text.empty() || text.size() > 12 || text.front() == '-') return std::nullopt;
  const auto read = std::from_chars(text.data(), end, number);
  return read.ec == std::errc() && read.ptr == end ? std::optional(number) : std::nullopt;
}

}  // namespace

SigningKeys::SigningKeys(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const auto secret = config::read_secret(text);
    if (!secret) throw std::runtime_error("access.signing_keys: " + secret.error().detail);
    std::istringstream lines(*secret);
    for (std::string line; lines >> line;) {
      const auto entry = config::parse_signing_key(line);
      if (!entry) throw std::runtime_error("access.signing_keys: " + entry.error().detail);
      if (std::ranges::find(keys_, entry->id, &Key::id) != keys_.end())
        throw std::runtime_error("access.signing_keys: two keys have the same id");
      keys_.push_back({entry->id, HmacKey(entry->secret)});
    }
  }
}

Signature SigningKeys::verify(std::string_view path, std::string_view query,
                              WallClock::time_point now) const {
  using State = Signature::State;
  if (!query.contains("sig=")) return {};
  const Canonical canonical(path, query);
  if (!canonical.usable()) return {State::wrong};
  const auto signature = canonical.parameter("sig");
  if (signature.empty()) return {};
  const auto key = std::ranges::find(keys_, canonical.parameter("kid"), &Key::id);
  if (key == keys_.end()) return {State::wrong};
  if (!same(signature, view(encode(key->key.mac({canonical.text()}))))) return {State::wrong};
  const auto exp = canonical.parameter("exp");
  if (exp.empty()) return {State::good};
  const auto end = read_seconds(exp);
  if (!end) return {State::wrong};
  const auto left = seconds(*end) - std::chrono::floor<seconds>(now.time_since_epoch());
  if (left <= seconds(0)) return {State::expired};
  return {State::good, left};
}

Result<std::string> SigningKeys::sign(std::string_view target,
                                      std::optional<WallClock::time_point> expires) const {
  if (keys_.empty()) return fail(Errc::bad_request, "there is no key");
  const auto mark = std::min(target.find('?'), target.size());
  const auto path = target.substr(0, mark);
  std::string query(target.substr(std::min(mark + 1, target.size())));
  const auto add = [&](std::string_view name, std::string_view value) {
    query.append(query.empty() ? "" : "&").append(name).append("=").append(value);
  };
  if (expires) {
    const auto end = std::chrono::ceil<seconds>(expires->time_since_epoch()).count();
    add("exp", std::to_string(end));
  }
  add("kid", keys_.front().id);
  const Canonical canonical(path, query);
  add("sig", view(encode(keys_.front().key.mac({canonical.text()}))));
  // A sig of its own shows only now, or one parameter too many.
  if (!canonical.usable() || !Canonical(path, query).usable() || target.contains('#'))
    return fail(Errc::bad_request,
                "expected a path and query with every parameter once, percent-encoded and without "
                "sig and kid, such as /photos/ada/HR48x48?fit=crop");
  return std::string(path) + "?" + query;
}

}  // namespace likeness::proof
