#include "proxy/forward/headers.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace likeness::forward {
namespace {

constexpr std::array<std::string_view, 18> kStripped{"connection",
                                                     "keep-alive",
                                                     "proxy-authenticate",
                                                     "proxy-authorization",
                                                     "proxy-connection",
                                                     "te",
                                                     "trailer",
                                                     "transfer-encoding",
                                                     "upgrade",
                                                     "host",
                                                     "content-length",
                                                     "date",
                                                     "expect",
                                                     "cookie",
                                                     "set-cookie",
                                                     "alt-svc",
                                                     "x-request-id",
                                                     "strict-transport-security"};

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool lists(std::string_view list, std::string_view name) {
  while (!list.empty()) {
    const auto comma = std::min(list.find(','), list.size());
    if (http::same_name(trim(list.substr(0, comma)), name)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

// `connections` are the values of all Connection fields of the message.
bool passes(std::string_view name, const std::vector<std::string_view>& connections) {
  return std::ranges::none_of(kStripped, [&](auto one) { return http::same_name(one, name); }) &&
         std::ranges::none_of(connections, [&](auto list) { return lists(list, name); });
}

}  // namespace

std::vector<std::string> request_headers(const http::Request& request) {
  std::vector<std::string_view> connections;
  for (const auto& [name, value] : request.headers)
    if (http::same_name(name, "connection")) connections.push_back(value);
  std::vector<std::string> headers;
  for (const auto& [name, value] : request.headers) {
    if (!passes(name, connections)) continue;
    // libcurl takes "Name:" as a wish to leave it out, and "Name;" as one without a value.
    headers.push_back(value.empty() ? std::string(name) + ';'
                                    : std::string(name) + ": " + std::string(value));
  }
  headers.emplace_back("Expect:");
  for (const std::string_view name : {"Accept", "User-Agent", "Content-Type"})
    if (std::ranges::none_of(request.headers, [&](const auto& header) {
          return http::same_name(header.name, name);
        }))
      headers.push_back(std::string(name) + ':');
  return headers;
}

std::string response_lines(const origin::ClientResponse& response) {
  std::vector<std::string_view> connections;
  for (const auto& [name, value] : response.headers)
    if (name == "connection") connections.emplace_back(value);
  std::string lines;
  for (const auto& [name, value] : response.headers) {
    const bool clean = name.find_first_of("\r\n\t ") == std::string::npos && !name.empty() &&
                       value.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
    if (clean && passes(name, connections))
      lines.append(name).append(": ").append(value).append("\r\n");
  }
  return lines;
}

}  // namespace likeness::forward
