#include "proxy/http/accept.h"

#include <algorithm>
#include <array>
#include <utility>

namespace likeness::http {
namespace {

constexpr int kFull = 1'000;

// Takes the text up to the next separator off the front, without the blanks around it.
std::string_view take(std::string_view& rest, char separator) {
  const auto end = std::min(rest.find(separator), rest.size());
  std::string_view part = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  const auto first = part.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return part.substr(first, part.find_last_not_of(" \t") - first + 1);
}

// "0.8" is 800: one digit, and at most three after a point.
int parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text.size() > 1 && text[1] != '.')) return 0;
  int value = 0;
  int unit = kFull;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == 1) continue;
    if (text[i] < '0' || text[i] > '9') return 0;
    value += (text[i] - '0') * unit;
    unit /= 10;
  }
  return std::min(value, kFull);
}

int weight_of(std::string_view parameters) {
  while (!parameters.empty()) {
    auto parameter = take(parameters, ';');
    if (same_name(take(parameter, '='), "q")) return parse_weight(take(parameter, '='));
  }
  return kFull;
}

// How closely a range names a type: 0 not at all, 3 exactly.
int closeness(std::string_view range, std::string_view type) {
  if (same_name(range, type)) return 3;
  const auto family = type.substr(0, type.find('/') + 1);
  if (range.size() == family.size() + 1 && range.back() == '*' &&
      same_name(range.substr(0, family.size()), family))
    return 2;
  return range == "*/*" ? 1 : 0;
}

}  // namespace

int weight(std::string_view accept, std::string_view type, bool wildcards) {
  int closest = wildcards ? 0 : 2;
  int found = -1;
  while (!accept.empty()) {
    auto element = take(accept, ',');
    const int close = closeness(take(element, ';'), type);
    if (close <= closest) continue;
    closest = close;
    found = weight_of(element);
  }
  return found;
}

ImageType best_image(const Request& request) {
  constexpr std::array<std::pair<ImageType, std::string_view>, 3> kTypes{
      {{ImageType::avif, "image/avif"},
       {ImageType::webp, "image/webp"},
       {ImageType::jpeg, "image/jpeg"}}};
  ImageType best = ImageType::jpeg;
  int most = 0;
  for (const auto& [type, name] : kTypes) {
    int heaviest = -1;
    for (const Header& header : request.headers)
      if (same_name(header.name, "accept"))
        heaviest = std::max(heaviest, weight(header.value, name, type == ImageType::jpeg));
    if (heaviest <= most) continue;
    best = type;
    most = heaviest;
  }
  return best;
}

}  // namespace likeness::http
