#include "config/quantity.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <ranges>

namespace likeness::config {

Result<std::int64_t> parse_quantity(std::string_view text, std::span<const Unit> units) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc::result_out_of_range) return fail(Errc::bad_request, "number too large");
  if (error != std::errc() || number < 0) return fail(Errc::bad_request, "not a number");
  if (rest == end) return number;
  const std::string_view name(rest, end);
  const auto unit = std::ranges::find(units, name, &Unit::name);
  if (unit == units.end()) return fail(Errc::bad_request, "unknown unit");
  if (number > std::numeric_limits<std::int64_t>::max() / unit->factor) {
    return fail(Errc::bad_request, "number too large");
  }
  return number * unit->factor;
}

std::string format_quantity(std::int64_t quantity, std::span<const Unit> units) {
  if (units.empty()) return std::to_string(quantity);
  if (quantity == 0) return "0" + std::string(units.front().name);
  for (const Unit& unit : units | std::views::reverse) {
    if (quantity % unit.factor == 0) {
      return std::to_string(quantity / unit.factor) + std::string(unit.name);
    }
  }
  return std::to_string(quantity);
}

}  // namespace likeness::config
