#include "proxy/dialects/size.h"

#include "proxy/dialects/url.h"

namespace likeness::dialects {

std::optional<int> parse_number(std::string_view text, int most) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  int number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  return number <= most ? std::optional(number) : std::nullopt;
}

std::optional<imaging::Size> parse_plain_size(std::string_view text) {
  const auto cross = text.find_first_of("xX");
  if (cross == std::string_view::npos) return std::nullopt;
  constexpr int kMost = 99'999;
  const auto width = parse_number(text.substr(0, cross), kMost);
  const auto height = parse_number(text.substr(cross + 1), kMost);
  if (!width || !height || *width == 0 || *height == 0) return std::nullopt;
  return imaging::Size{*width, *height};
}

std::vector<imaging::Size> sizes_of(imaging::Size photo) {
  std::vector<imaging::Size> sizes;
  for (const int edge : {48, 64, 96, 120, 240, 360, 432, 504, 648})
    if (edge <= photo.width && edge <= photo.height) sizes.push_back({edge, edge});
  if (sizes.empty()) sizes.push_back(photo);
  return sizes;
}

std::optional<imaging::Size> parse_hr(std::string_view text) {
  if (text.size() < 2 || !is(text.substr(0, 2), "hr")) return std::nullopt;
  return parse_plain_size(text.substr(2));
}

}  // namespace likeness::dialects
