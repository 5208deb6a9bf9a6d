#include "proxy/http/message.h"

#include <array>
#include <catch2/catch.hpp>

namespace likeness::http {
namespace {

TEST_CASE("a header is found in any case, the first one of several", "[http]") {
  const std::array headers = {Header{"Accept", "a"}, Header{"IF-NONE-MATCH", "b"},
                              Header{"if-none-match", "c"}};
  const Request request{.headers = headers};
  CHECK(request.header("If-None-Match") == "b");
  CHECK(request.header("accept") == "a");
  CHECK(request.header("Host").empty());
}

TEST_CASE("all three date forms of RFC 9110 name the same second", "[http]") {
  CHECK(parse_date("Sun, 06 Nov 1994 08:49:37 GMT") == 784111777);
  CHECK(parse_date("Sunday, 06-Nov-94 08:49:37 GMT") == 784111777);
  CHECK(parse_date("Sun Nov  6 08:49:37 1994") == 784111777);
  CHECK(parse_date("Wed Nov 16 08:49:37 1994") == 784975777);
}

TEST_CASE("dates survive being written and read", "[http]") {
  for (const std::int64_t time :
       {std::int64_t{0}, std::int64_t{784111777}, std::int64_t{951782400}, std::int64_t{1709164800},
        std::int64_t{1735689599}, std::int64_t{4102444800}}) {
    CHECK(date(time).size() == kDateLength);
    CHECK(parse_date(date(time)) == time);
  }
  CHECK(date(784111777) == "Sun, 06 Nov 1994 08:49:37 GMT");
  CHECK(date(951782400) == "Tue, 29 Feb 2000 00:00:00 GMT");
}

TEST_CASE("what is no HTTP date is not guessed at", "[http]") {
  for (const char* text : {"", "garbage", "1700000000", "Sun, 06 Nov 1994 08:49:37",
                           "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 6 Nov 1994 08:49:37 GMT",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, 00 Nov 1994 08:49:37 GMT", "Xyz, 06 Nov 1994 08:49:37 GMT",
                           "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1900 08:49:37 GMT",
                           "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov -994 08:49:37 GMT"}) {
    INFO(text);
    CHECK(parse_date(text) == -1);
  }
}

TEST_CASE("two digits of a year mean 1970 to 2069", "[http]") {
  CHECK(parse_date("Thursday, 01-Jan-70 00:00:00 GMT") == 0);
  CHECK(parse_date("Tuesday, 01-Jan-69 00:00:00 GMT") == 3124224000);
}

TEST_CASE("a date past the clock's range is the last second within it", "[http]") {
  const auto last = parse_date("Fri, 31 Dec 9999 23:59:59 GMT");
  CHECK(last == parse_date("Sun, 06 Nov 2661 08:49:37 GMT"));
  CHECK(date(last) == "Fri, 11 Apr 2262 23:47:16 GMT");
}

}  // namespace
}  // namespace likeness::http
