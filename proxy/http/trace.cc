#include "proxy/http/trace.h"

#include <algorithm>

namespace likeness::http {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == text.npos; }

}  // namespace

std::string_view traceparent(const Request& request) {
  constexpr std::size_t kLength = 55;
  const auto text = request.header("traceparent");
  // Later versions may have more behind a further dash.
  const bool longer = text.size() > kLength && text[kLength] == '-' && !text.starts_with("00");
  if (text.size() != kLength && !longer) return {};
  const auto version = text.substr(0, 2);
  const auto trace = text.substr(3, 32);
  const auto parent = text.substr(36, 16);
  const bool good = text[2] == '-' && text[35] == '-' && text[52] == '-' && is_hex(version) &&
                    version != "ff" && is_hex(trace) && !is_zero(trace) && is_hex(parent) &&
                    !is_zero(parent) && is_hex(text.substr(53, 2));
  return good ? text : std::string_view();
}

}  // namespace likeness::http
