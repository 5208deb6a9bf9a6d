#include "proxy/http/conditions.h"

#include <array>
#include <catch2/catch.hpp>

namespace likeness::http {
namespace {

constexpr std::int64_t kModified = 784111777;  // Sun, 06 Nov 1994 08:49:37 GMT
constexpr std::string_view kTag = "\"abc\"";

bool answers_304(std::initializer_list<Header> headers, Method method = Method::get) {
  return not_modified({.method = method, .headers = {headers.begin(), headers.size()}}, kTag,
                      kModified);
}

TEST_CASE("entity tags match weakly, alone and in lists", "[http]") {
  CHECK(matches_any("\"abc\"", kTag));
  CHECK(matches_any("W/\"abc\"", kTag));
  CHECK(matches_any("\"abc\"", "W/\"abc\""));
  CHECK(matches_any("\"x\", \"y\" , W/\"abc\"", kTag));
  CHECK(matches_any("\"x\",,\t\"abc\"", kTag));
  CHECK(matches_any("*", kTag));
  CHECK_FALSE(matches_any("\"ab\"", kTag));
  CHECK_FALSE(matches_any("\"ABC\"", kTag));
  CHECK_FALSE(matches_any("", kTag));
  CHECK_FALSE(matches_any(" , ,", kTag));
  CHECK_FALSE(matches_any("w/\"abc\"", kTag));
  CHECK_FALSE(matches_any("\"*\"", kTag));
}

TEST_CASE("a comma within quotes belongs to the tag", "[http]") {
  CHECK(matches_any("\"x\", \"a,b\"", "\"a,b\""));
  CHECK_FALSE(matches_any("\"a,b\"", "\"b\""));
  CHECK_FALSE(matches_any("\"x,\"abc\",y\"", "\"y\""));
}

TEST_CASE("a tag without quotes counts as quoted", "[http]") {
  CHECK(matches_any("abc", kTag));
  CHECK(matches_any("x, abc", kTag));
  CHECK(matches_any("W/abc", kTag));
}

TEST_CASE("an unknown tag of ours matches nothing but the star", "[http]") {
  CHECK_FALSE(matches_any("\"abc\"", ""));
  CHECK_FALSE(matches_any("\"\"", ""));
  CHECK(matches_any("\"\"", "\"\""));
  CHECK(matches_any("*", ""));
}

TEST_CASE("If-None-Match decides alone where it is present", "[http]") {
  CHECK(answers_304({{"If-None-Match", kTag}}));
  CHECK(answers_304({{"if-none-match", kTag}}, Method::head));
  CHECK_FALSE(answers_304(
      {{"If-None-Match", "\"x\""}, {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
  CHECK_FALSE(
      answers_304({{"If-None-Match", ""}, {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
  CHECK(answers_304({{"If-None-Match", "\"x\""}, {"IF-NONE-MATCH", kTag}}));
}

TEST_CASE("If-Modified-Since compares seconds and ignores what is no date", "[http]") {
  CHECK(answers_304({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}));
  CHECK(answers_304({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:38 GMT"}}));
  CHECK_FALSE(answers_304({{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}));
  CHECK_FALSE(answers_304({{"If-Modified-Since", "garbage"}}));
  CHECK_FALSE(answers_304({}));
}

TEST_CASE("a photo without a date is never unchanged since one", "[http]") {
  const std::array headers = {Header{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}};
  CHECK_FALSE(not_modified({.headers = headers}, kTag, -1));
}

TEST_CASE("only GET and HEAD get a 304", "[http]") {
  CHECK_FALSE(answers_304({{"If-None-Match", kTag}}, Method::put));
  CHECK_FALSE(answers_304({{"If-None-Match", "*"}}, Method::post));
}

}  // namespace
}  // namespace likeness::http
