#include "proxy/http/forwarded.h"

#include <algorithm>
#include <optional>
#include <ranges>

namespace likeness::http {
namespace {

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

// Calls `visit` with each element of a list header, the last one first, until it says false.
template <class Visit>
void each_from_last(const Request& request, std::string_view name, const Visit& visit) {
  for (const Header& header : std::views::reverse(request.headers)) {
    if (!same_name(header.name, name)) continue;
    for (std::string_view rest = header.value;;) {
      const auto comma = rest.rfind(',');
      const auto start = comma == std::string_view::npos ? 0 : comma + 1;
      if (!visit(trim(rest.substr(start)))) return;
      if (comma == std::string_view::npos) break;
      rest = rest.substr(0, comma);
    }
  }
}

// "192.0.2.1", "192.0.2.1:47011", "[2001:db8::1]:47011", "2001:db8::1"; without the port.
std::string_view without_port(std::string_view node) {
  if (node.starts_with('[')) return node.substr(1, node.find(']') - 1);
  const auto colon = node.find(':');
  const bool one = colon != std::string_view::npos && colon == node.rfind(':');
  return one ? node.substr(0, colon) : node;
}

// The value of a parameter of one element of Forwarded, without quotes; empty without it. No value
// that matters here holds a semicolon or an escape.
std::string_view parameter(std::string_view element, std::string_view name) {
  while (!element.empty()) {
    const auto end = std::min(element.find(';'), element.size());
    const auto pair = trim(element.substr(0, end));
    element.remove_prefix(std::min(end + 1, element.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    if (!same_name(pair.substr(0, equals), name)) continue;
    auto value = pair.substr(std::min(equals + 1, pair.size()));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return {};
}

// Host and port as they may stand in a URL.
bool is_host(std::string_view text) {
  return !text.empty() && text.size() <= 262 && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '.' || c == ':' || c == '[' || c == ']' || c == '_';
  });
}

void believe_scheme(Request& request, std::string_view scheme) {
  if (same_name(scheme, "https")) request.scheme = "https";
  if (same_name(scheme, "http")) request.scheme = "http";
}

}  // namespace

void believe_forwarded(Request& request, const Networks& trusted, ForwardedBy by) {
  request.address.reset();
  request.client = "unknown";
  std::string_view scheme;
  std::string_view host;
  const auto visit = [&](std::string_view element) {
    const bool standard = by == ForwardedBy::forwarded;
    const auto node = without_port(standard ? parameter(element, "for") : element);
    if (standard) {
      // What the farthest trusted proxy says: it is the one that the client reached.
      if (const auto said = parameter(element, "proto"); !said.empty()) scheme = said;
      if (const auto said = parameter(element, "host"); !said.empty()) host = said;
    }
    const auto address = parse_address(node);
    if (!address) return false;  // "unknown", or a name that the proxy made up.
    request.address = address;
    request.client = node;
    return trusted.contains(*address);
  };
  if (by == ForwardedBy::forwarded) {
    each_from_last(request, "forwarded", visit);
  } else {
    each_from_last(request, "x-forwarded-for", visit);
    scheme = request.header("x-forwarded-proto");
    host = request.header("x-forwarded-host");
  }
  believe_scheme(request, scheme);
  if (is_host(host)) request.forwarded_host = host;
}

std::string base_url(const Request& request) {
  std::string url(request.scheme);
  url += "://";
  const auto host =
      request.forwarded_host.empty() ? request.header("host") : request.forwarded_host;
  url += host.empty() ? "localhost" : host;
  return url;
}

}  // namespace likeness::http
