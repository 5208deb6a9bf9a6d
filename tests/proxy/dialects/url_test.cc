#include "proxy/dialects/url.h"

#include <catch2/catch.hpp>

#include "proxy/dialects/size.h"

using namespace likeness::dialects;

TEST_CASE("a path comes apart segment by segment, still encoded") {
  std::string_view path = "/a%2Fb//c/";
  CHECK(take_segment(path) == "a%2Fb");
  CHECK(take_segment(path) == "");
  CHECK(take_segment(path) == "c");
  CHECK(take_segment(path) == "");
  CHECK_FALSE(take_segment(path).has_value());
}

TEST_CASE("percent-encoding is undone once and refused when broken") {
  CHECK(decode("a%20b+c%252F") == "a b+c%2F");
  for (const auto* broken : {"%", "%4", "a%4", "%zz", "%4g", "%00"})
    CHECK_FALSE(decode(broken).has_value());
  CHECK(decode_id("a%40b", 3)->view() == "a@b");
  CHECK_FALSE(decode_id("abcd", 3).has_value());
  CHECK_FALSE(decode_id("", 3).has_value());
  CHECK_FALSE(decode_id(std::string(600, 'x'), 1'000).has_value());
}

TEST_CASE("a query parameter is found by its name in any case, the first one wins") {
  CHECK(query_value("a=1&Size=HR1x1&size=2", "size") == "HR1x1");
  CHECK(query_value("email=a&amp;size=3", "size") == "3");
  CHECK(query_value("size", "size") == "");
  CHECK(query_value("size=a=b", "size") == "a=b");
  CHECK_FALSE(query_value("asize=1&sizes=2", "size").has_value());
  CHECK_FALSE(query_value("", "size").has_value());
}

TEST_CASE("HR sizes are width by height in any case") {
  using likeness::imaging::Size;
  CHECK(parse_hr("HR240x240") == Size{240, 240});
  CHECK(parse_hr("hr64X96") == Size{64, 96});
  for (const auto* wrong : {"", "HR", "240x240", "HR0x1", "HR1x0", "HR1", "HRx1", "HR1x", "HR1x1x1",
                            "HR-1x1", "HR+1x1", "HR 1x1", "HR123456x1", "HR1x1 "})
    CHECK_FALSE(parse_hr(wrong).has_value());
}
