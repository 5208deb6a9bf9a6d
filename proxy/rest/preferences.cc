#include "proxy/rest/preferences.h"

#include <algorithm>
#include <charconv>

#include "proxy/contacts/odata.h"
#include "proxy/contacts/text.h"

namespace likeness::rest {
namespace {

using contacts::equal_ignoring_case;
using contacts::trimmed;

std::optional<int> page_size(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  int size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  if (error == std::errc::result_out_of_range) return contacts::odata::kMaxTop;
  if (error != std::errc() || end != text.data() + text.size() || size < 1) return std::nullopt;
  return std::min(size, contacts::odata::kMaxTop);
}

void read_one(std::string_view preference, Preferences& into) {
  preference = trimmed(preference.substr(0, preference.find(';')));
  const auto equals = std::min(preference.find('='), preference.size());
  std::string_view name = trimmed(preference.substr(0, equals));
  const auto value = trimmed(preference.substr(std::min(equals + 1, preference.size())));
  constexpr std::string_view kPrefix = "odata.";
  if (name.size() > kPrefix.size() && equal_ignoring_case(name.substr(0, kPrefix.size()), kPrefix))
    name.remove_prefix(kPrefix.size());
  if (equal_ignoring_case(name, "track-changes")) {
    into.track_changes = true;
  } else if (equal_ignoring_case(name, "maxpagesize") || equal_ignoring_case(name, "maxpages")) {
    // The first one counts.
    if (!into.max_page_size) into.max_page_size = page_size(value);
  }
}

}  // namespace

Preferences parse_preferences(std::string_view prefer) {
  Preferences preferences;
  while (!prefer.empty()) {
    const auto comma = std::min(prefer.find(','), prefer.size());
    read_one(prefer.substr(0, comma), preferences);
    prefer.remove_prefix(std::min(comma + 1, prefer.size()));
  }
  return preferences;
}

}  // namespace likeness::rest
