#include "proxy/http/conditions.h"

#include <algorithm>

namespace likeness::http {
namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// What is left of a tag for a weak comparison: neither W/ nor quotes.
std::string_view opaque(std::string_view tag) {
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') {
    tag = tag.substr(1, tag.size() - 2);
  }
  return tag;
}

// Where the list's first element ends: at a comma that stands outside quotes.
std::size_t element_end(std::string_view list) {
  bool quoted = false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list[i] == '"') quoted = !quoted;
    if (list[i] == ',' && !quoted) return i;
  }
  return list.size();
}

}  // namespace

bool matches_any(std::string_view field_value, std::string_view etag) {
  // Nearly always the client has one copy, and it is ours.
  if (!etag.empty() && field_value == etag) return true;
  while (!field_value.empty()) {
    const auto end = element_end(field_value);
    const auto tag = trimmed(field_value.substr(0, end));
    if (tag == "*") return true;
    if (!tag.empty() && !etag.empty() && opaque(tag) == opaque(etag)) return true;
    field_value.remove_prefix(std::min(end + 1, field_value.size()));
  }
  return false;
}

bool not_modified(const Request& request, std::string_view etag, std::int64_t last_modified) {
  if (!reads(request.method)) return false;
  bool has_tags = false;
  for (const Header& header : request.headers) {
    if (!same_name(header.name, "If-None-Match")) continue;
    has_tags = true;
    if (matches_any(header.value, etag)) return true;
  }
  if (has_tags || last_modified < 0) return false;
  const auto since = request.header("If-Modified-Since");
  return !since.empty() && last_modified <= parse_date(since);
}

}  // namespace likeness::http
