#ifndef LIKENESS_CONFIG_QUANTITY_H_
#define LIKENESS_CONFIG_QUANTITY_H_

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/base/error.h"

namespace likeness::config {

// Quantities as people write them: a whole number and, without a space, a unit: "256MiB", "10s". A
// number alone counts the base unit. One number and one unit, no fractions, no sums: what a strict
// reader cannot misread.

struct Unit {
  std::string_view name;
  std::int64_t factor;  // In base units.
};

// The smallest unit comes first and is the base unit.
inline constexpr Unit kMillisecondUnits[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
inline constexpr Unit kSecondUnits[] = {{"s", 1}, {"m", 60}, {"h", 3'600}, {"d", 86'400}};
inline constexpr Unit kByteUnits[] = {
    {"B", 1},           {"kB", 1'000},         {"KiB", 1'024},        {"MB", 1'000'000},
    {"MiB", 1'048'576}, {"GB", 1'000'000'000}, {"GiB", 1'073'741'824}};

// Reads a quantity that is not negative, in base units; bad_request if it is none or does not fit.
// Without units only plain numbers are read.
[[nodiscard]] Result<std::int64_t> parse_quantity(std::string_view text,
                                                  std::span<const Unit> units);

// Writes it in the largest unit that holds it exactly; parse_quantity() reads it back.
[[nodiscard]] std::string format_quantity(std::int64_t quantity, std::span<const Unit> units);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_QUANTITY_H_
