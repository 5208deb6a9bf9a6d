#include "proxy/dialects/url.h"

#include <algorithm>
#include <utility>

namespace likeness::dialects {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

// Gives every decoded character to `take`; false if the text is broken or `take` says so.
template <class Take>
bool decode_each(std::string_view text, const Take& take) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size()) return false;
      const int high = hex(text[i + 1]);
      const int low = hex(text[i + 2]);
      if (high < 0 || low < 0 || high + low == 0) return false;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    }
    if (!take(c)) return false;
  }
  return true;
}

}  // namespace

std::optional<std::string_view> take_segment(std::string_view& path) {
  if (path.empty() || path.front() != '/') return std::nullopt;
  const auto end = std::min(path.find('/', 1), path.size());
  const auto segment = path.substr(1, end - 1);
  path.remove_prefix(end);
  return segment;
}

std::optional<Keyed> split_keyed(std::string_view segment) {
  // Clients encode quotes and parentheses or not; the key itself stays encoded for decode().
  std::string text(segment);
  for (const auto& [code, plain] : {std::pair{"%27", "'"}, {"%28", "("}, {"%29", ")"}})
    for (std::size_t at = 0; (at = text.find(code, at)) != std::string::npos;)
      text.replace(at, 3, plain);
  const auto open = text.find('(');
  if (open == std::string::npos) return Keyed{std::move(text), std::nullopt};
  if (text.size() < open + 4 || text.compare(open, 2, "('") != 0 || !text.ends_with("')"))
    return std::nullopt;
  const auto quoted = std::string_view(text).substr(open + 2, text.size() - open - 4);
  std::string key;
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    key += quoted[i];
    if (quoted[i] != '\'') continue;
    ++i;
    if (i == quoted.size() || quoted[i] != '\'') return std::nullopt;
  }
  return Keyed{text.substr(0, open), std::move(key)};
}

std::optional<std::string> decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  const auto take = [&](char c) {
    decoded += c;
    return true;
  };
  return decode_each(text, take) ? std::optional(std::move(decoded)) : std::nullopt;
}

std::optional<photo::PhotoId> decode_id(std::string_view text, std::size_t limit) {
  photo::PhotoId id;
  const auto take = [&](char c) { return id.append(c); };
  if (!decode_each(text, take) || id.view().empty() || id.view().size() > limit)
    return std::nullopt;
  return id;
}

std::optional<std::string_view> query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    auto pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.starts_with("amp;")) pair.remove_prefix(4);
    const auto equals = std::min(pair.find('='), pair.size());
    if (is(pair.substr(0, equals), name)) return pair.substr(std::min(equals + 1, pair.size()));
  }
  return std::nullopt;
}

bool is(std::string_view text, std::string_view expected) {
  return std::ranges::equal(text, expected, [](char a, char b) { return lower(a) == b; });
}

}  // namespace likeness::dialects
