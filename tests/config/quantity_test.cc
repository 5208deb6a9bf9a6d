#include "config/quantity.h"

#include <catch2/catch.hpp>

namespace likeness::config {
namespace {

TEST_CASE("a quantity is a whole number and maybe a unit") {
  CHECK(parse_quantity("10s", kMillisecondUnits) == 10'000);
  CHECK(parse_quantity("250ms", kMillisecondUnits) == 250);
  CHECK(parse_quantity("7d", kSecondUnits) == 7 * 86'400);
  CHECK(parse_quantity("1h", kSecondUnits) == 3'600);
  CHECK(parse_quantity("256MiB", kByteUnits) == 268'435'456);
  CHECK(parse_quantity("1MB", kByteUnits) == 1'000'000);
  CHECK(parse_quantity("0", kByteUnits) == 0);
}

TEST_CASE("a quantity without a unit counts the base unit") {
  CHECK(parse_quantity("1000000", kByteUnits) == 1'000'000);
  CHECK(parse_quantity("250", kMillisecondUnits) == 250);
  CHECK(parse_quantity("250", kSecondUnits) == 250);
  CHECK(parse_quantity("12", {}) == 12);
}

TEST_CASE("what is not exactly a quantity is refused") {
  const auto* text = GENERATE("", " ", "s", "-1", "+1", "1.5s", "1 s", " 1s", "1s ", "1h30m", "1S",
                              "0x10", "1e3", "10 MiB", "10mib", "10M", "MiB");
  CAPTURE(text);
  CHECK(!parse_quantity(text, kMillisecondUnits));
  CHECK(!parse_quantity(text, kByteUnits));
}

TEST_CASE("units belong to their own kind of quantity") {
  CHECK(!parse_quantity("250ms", kSecondUnits));
  CHECK(!parse_quantity("1KiB", kSecondUnits));
  CHECK(!parse_quantity("1s", {}));
}

TEST_CASE("a quantity that does not fit is refused, not wrapped") {
  CHECK(parse_quantity("9223372036854775807", kByteUnits) == 9'223'372'036'854'775'807);
  CHECK(!parse_quantity("9223372036854775808", kByteUnits));
  CHECK(!parse_quantity("9223372036854775807KiB", kByteUnits));
  CHECK(!parse_quantity("8589934592GiB", kByteUnits));
  CHECK(parse_quantity("8589934591GiB", kByteUnits) == 9'223'372'035'781'033'984);
}

TEST_CASE("a quantity is written in the largest unit that holds it exactly") {
  CHECK(format_quantity(75'000, kMillisecondUnits) == "75s");
  CHECK(format_quantity(60'000, kMillisecondUnits) == "1m");
  CHECK(format_quantity(1'500, kMillisecondUnits) == "1500ms");
  CHECK(format_quantity(604'800, kSecondUnits) == "7d");
  CHECK(format_quantity(16'384, kByteUnits) == "16KiB");
  CHECK(format_quantity(1'000'001, kByteUnits) == "1000001B");
  CHECK(format_quantity(0, kByteUnits) == "0B");
  CHECK(format_quantity(5, {}) == "5");
}

}  // namespace
}  // namespace likeness::config
