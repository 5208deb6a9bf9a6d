#include "proxy/rest/query.h"

#include <catch2/catch.hpp>

#include "proxy/rest/preferences.h"

namespace likeness::rest {
namespace {

using contacts::odata::kMaxTop;

TEST_CASE("preferences are read in every spelling, and others passed over", "[rest]") {
  CHECK(parse_preferences("odata.track-changes").track_changes);
  CHECK(parse_preferences("respond-async, Odata.Track-Changes ; x=y").track_changes);
  CHECK(parse_preferences("track-changes").track_changes);
  CHECK_FALSE(parse_preferences("").track_changes);
  CHECK_FALSE(parse_preferences("odata.track-change,odata.track-changes2").track_changes);
  const auto size = [](std::string_view prefer) {
    return parse_preferences(prefer).max_page_size.value_or(-1);
  };
  CHECK(size("odata.track-changes, odata.maxpagesize=50") == 50);
  CHECK(size("maxpagesize = \"7\"") == 7);
  CHECK(size("odata.maxpages=3") == 3);
  CHECK(size("odata.maxpagesize=2,odata.maxpagesize=5") == 2);
  CHECK(size("odata.maxpagesize=99999999999999999999") == kMaxTop);
  CHECK(size("odata.maxpagesize=5000") == kMaxTop);
  for (const char* bad : {"odata.maxpagesize", "odata.maxpagesize=", "odata.maxpagesize=0",
                          "odata.maxpagesize=-3", "odata.maxpagesize=3x", ",,;=,"}) {
    INFO(bad);
    CHECK(size(bad) == -1);
  }
}

TEST_CASE("query strings are taken apart and decoded", "[rest]") {
  const auto options = split_query("%24filter=a+eq%20'b%2Bc'&&x&$top=1&=y");
  REQUIRE(options);
  REQUIRE(options->size() == 4);
  CHECK(options->at(0).name == "$filter");
  CHECK(options->at(0).value == "a eq 'b+c'");
  CHECK(options->at(1).name == "x");
  CHECK(options->at(1).value.empty());
  CHECK(options->at(3).value == "y");
  CHECK(split_query("")->empty());
  CHECK(split_query("$top=%").error().detail.starts_with("$top"));
  CHECK(split_query("%ff=%").error().detail.starts_with("query"));
}

}  // namespace
}  // namespace likeness::rest
