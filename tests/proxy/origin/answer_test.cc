#include "proxy/origin/answer.h"

#include <catch2/catch.hpp>

#include "proxy/http/message.h"
#include "proxy/origin/http_origin.h"

using namespace likeness;
using namespace likeness::origin;

namespace {

const WallClock::time_point kNow = WallClock::from_time_t(1'700'000'000);

ClientResponse response(int status, std::string body,
                        std::vector<std::pair<std::string, std::string>> headers = {}) {
  return {status, std::move(headers), std::move(body)};
}

Errc code_of(int status) { return interpret(response(status, "x"), kNow).error().code; }

}  // namespace

TEST_CASE("validators that could not be kept or sent back are none") {
  const auto etag = [](std::string value) {
    return validators_of({200, {{"etag", std::move(value)}}, {}}).etag;
  };
  CHECK(etag("W/\"1 2\"") == "W/\"1 2\"");
  CHECK(etag("0b2a9f4e-unquoted") == "0b2a9f4e-unquoted");
  CHECK(etag("\"\xff\xfe\"").empty());
  CHECK(etag("\"a\tb\"").empty());
  CHECK(etag(std::string(256, 'x')).size() == 256);
  CHECK(etag(std::string(257, 'x')).empty());
}

TEST_CASE("an origin's status decides what its answer means") {
  const auto good = interpret(response(200, "jpeg", {{"etag", "\"1\""}}), kNow);
  REQUIRE(good.has_value());
  CHECK(*good->bytes == "jpeg");
  CHECK(good->validators.etag == "\"1\"");
  CHECK(interpret(response(304, ""), kNow)->bytes == nullptr);
  CHECK(interpret(response(200, ""), kNow).error().code == Errc::no_photo);
  CHECK(code_of(204) == Errc::no_photo);
  CHECK(code_of(404) == Errc::no_photo);
  CHECK(code_of(410) == Errc::no_photo);
  CHECK(code_of(401) == Errc::origin_refused);
  CHECK(code_of(403) == Errc::origin_refused);
  CHECK(code_of(429) == Errc::throttled);
  CHECK(code_of(302) == Errc::origin_failed);
  CHECK(code_of(500) == Errc::origin_failed);
  CHECK(code_of(503) == Errc::origin_failed);
  CHECK(code_of(504) == Errc::origin_timeout);
}

TEST_CASE("Retry-After is seconds, fractions of them, or a date, and at most an hour") {
  CHECK(retry_after("2", kNow) == seconds(2));
  CHECK(retry_after("2.128", kNow) == milliseconds(2'128));
  CHECK(retry_after("999999999", kNow) == std::chrono::hours(1));
  CHECK(retry_after(http::date(1'700'000'030), kNow) == seconds(30));
  CHECK(retry_after(http::date(1'600'000'000), kNow) == seconds(0));
  CHECK(retry_after("Sun, 06 Nov 2661 08:49:37 GMT", kNow) == std::chrono::hours(1));
  for (const auto* wrong : {"", "soon", "-1", "nan", "2s"})
    CHECK_FALSE(retry_after(wrong, kNow).has_value());
  const auto throttled = interpret(response(503, "", {{"retry-after", "7"}}), kNow);
  CHECK(throttled.error().code == Errc::throttled);
  CHECK(throttled.error().retry_after == seconds(7));
}

TEST_CASE("an answer's freshness comes from Cache-Control before Expires") {
  const auto age = [](std::string control, std::string expires = {}, std::string date = {}) {
    return max_age(
        response(200, "", {{"cache-control", control}, {"expires", expires}, {"date", date}}));
  };
  CHECK(age("public, max-age=60") == seconds(60));
  CHECK(age("Max-Age=\"60\" , private") == seconds(60));
  CHECK(age("max-age=60, s-maxage=10") == seconds(10));
  CHECK(age("no-store, max-age=60") == seconds(0));
  CHECK(age("no-cache") == seconds(0));
  CHECK(age("max-age=99999999999999999999") == seconds(std::int64_t{1} << 31U));
  CHECK_FALSE(age("public").has_value());
  CHECK_FALSE(age("max-age=x").has_value());
  CHECK(age("", http::date(1'000'100), http::date(1'000'000)) == seconds(100));
  CHECK(age("", "0") == seconds(0));
}

TEST_CASE("an id stays within its place in the URL") {
  CHECK(expand("http://h/{id}.jpg", "ada") == "http://h/ada.jpg");
  CHECK(expand("http://h/?a={id}&b={id}", "a&b=c d/é") ==
        "http://h/?a=a%26b%3Dc%20d%2F%C3%A9&b=a%26b%3Dc%20d%2F%C3%A9");
  CHECK(expand("http://h/{id}", "..") == "http://h/%2E%2E");
  CHECK(expand("http://h/fixed", "x") == "http://h/fixed");
}
