#include "proxy/contacts/datetime.h"

#include <catch2/catch.hpp>

namespace likeness::contacts {
namespace {

std::string read(std::string_view text) {
  const auto instant = parse_instant(text);
  return instant ? format_instant(*instant) : "none";
}

std::string local(std::string_view text, std::string_view zone) {
  const auto instant = from_local(text, zone);
  return instant ? format_instant(*instant) : "none";
}

TEST_CASE("dates come as clients write them", "[contacts][datetime]") {
  CHECK(read("2016-07-16T06:43:15Z") == "2016-07-16T06:43:15Z");
  CHECK(read("2016-07-16T06:43:15.1234567Z") == "2016-07-16T06:43:15Z");
  CHECK(read("2016-07-16T06:43:15+02:00") == "2016-07-16T04:43:15Z");
  CHECK(read("2016-07-16T23:00-0130") == "2016-07-17T00:30:00Z");
  CHECK(read("1974-07-22") == "1974-07-22T00:00:00Z");
  CHECK(read("2017-12-22T08:00:00.0000000") == "2017-12-22T08:00:00Z");
  CHECK(read("0001-01-01") == "0001-01-01T00:00:00Z");
}

TEST_CASE("what is no date is none", "[contacts][datetime]") {
  for (const char* text : {"", "tomorrow", "2016-02-30", "2016-13-01", "2016-07-16T24:00:00Z",
                           "2016-07-16T06:43:15+99:00", "2016-07-16T06:43:15Zx", "16-07-2016",
                           "2016-7-1", "2016-07-16T"}) {
    CHECK(read(text) == "none");
  }
}

TEST_CASE("local times are converted by the names of Windows and of IANA", "[contacts][datetime]") {
  CHECK(local("2018-02-05T18:00:00", "Pacific Standard Time") == "2018-02-06T02:00:00Z");
  CHECK(local("2018-07-05T18:00:00", "Pacific Standard Time") == "2018-07-06T01:00:00Z");
  CHECK(local("2018-02-05T18:00:00", "Europe/Berlin") == "2018-02-05T17:00:00Z");
  CHECK(local("2018-02-05T18:00:00", "India Standard Time") == "2018-02-05T12:30:00Z");
  CHECK(local("2018-02-05T18:00:00", "UTC") == "2018-02-05T18:00:00Z");
  CHECK(local("2018-02-05T18:00:00Z", "Pacific Standard Time") == "2018-02-05T18:00:00Z");
  CHECK(local("2018-02-05T18:00:00", "Middle-earth Standard Time") == "none");
  CHECK(local("2018-02-05T18:00:00", "") == "none");
  CHECK(local("soon", "UTC") == "none");
}

}  // namespace
}  // namespace likeness::contacts
