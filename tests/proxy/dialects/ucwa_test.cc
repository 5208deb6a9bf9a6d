#include "proxy/dialects/ucwa.h"

#include <catch2/catch.hpp>

#include "tests/proxy/dialects/requests.h"

using namespace likeness;
using namespace likeness::dialects;
using imaging::Size;
using test::get;

namespace {

Parsed parsed(std::string_view target) {
  auto result = parse_ucwa(get(target), {});
  REQUIRE(result.has_value());
  return *result;
}

}  // namespace

TEST_CASE("contactPhoto is found under both prefixes and in any case") {
  for (const auto* target :
       {"/ucwa/v1/applications/192/people/282/contactPhoto",
        "/ucwa/oauth/v1/applications/192/people/282/contactPhoto?participantHash=23456",
        "/UCWA/V1/Applications/192/People/282/contactphoto", "/ucwa/v1/applications/192/photos/282",
        "/ucwa/oauth/v1/applications/192/photos/282"}) {
    const auto call = parsed(target);
    REQUIRE(call.has_value());
    CHECK(call->photo.view() == "282");
    CHECK(call->ask.spec.box == Size{48, 48});
  }
  CHECK(parsed("/ucwa/v1/applications/1/photos/a%40b.c?Size=HR64X96")->ask.spec.box ==
        Size{64, 96});
}

TEST_CASE("what is wrong with a UCWA request is said in UCWA's words") {
  CHECK(parsed("/ucwa/v1/applications/1/photos/a?size=64").error().error.code == Errc::bad_request);
  CHECK(parsed("/ucwa/v1/applications/1/people/2").error().error.code == Errc::unknown_route);
  CHECK(parsed("/ucwa/v2/applications/1/photos/a").error().error.code == Errc::unknown_route);
  CHECK_FALSE(parse_ucwa(get("/photos/a"), {}).has_value());

  const auto json = ucwa_error({Errc::no_photo, {}, {}}, "image/jpeg");
  CHECK(json.type == "application/json; charset=utf-8");
  CHECK(json.body == R"({"code":"NotFound","message":"The photo wasn't found."})");
  const auto bad = ucwa_error({Errc::bad_request, "a<b&c", {}}, "application/xml");
  CHECK(bad.type == "application/xml; charset=utf-8");
  CHECK(bad.body ==
        R"(<?xml version="1.0" encoding="utf-8"?>)"
        R"(<reason xmlns="http://schemas.microsoft.com/rtc/2012/03/ucwa"><code>BadRequest</code>)"
        R"(<subcode>ParameterValidationFailure</subcode><message>a&lt;b&amp;c</message></reason>)");
  CHECK(ucwa_error({}, "text/html,application/xhtml+xml,*/*").type.starts_with("application/json"));
}
