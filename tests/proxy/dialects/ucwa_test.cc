#include "proxy/dialects/ucwa.h"

#include <array>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "proxy/dialects/ucwa_documents.h"
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
  CHECK(parsed("/ucwa/v1/applications/1/people/2/x").error().error.code == Errc::unknown_route);
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

TEST_CASE("one's own photo has forms of its own") {
  for (const auto* target :
       {"/ucwa/v1/applications/1/photo", "/ucwa/oauth/v1/applications/1/photo/?size=HR48X48",
        "/ucwa/v1/applications/1/me/Photo"}) {
    const auto call = parsed(target);
    REQUIRE(call.has_value());
    CHECK(call->photo.view() == "me");
    CHECK(call->form == Form::value);
  }
}

TEST_CASE("participantHash is for access and no part of the photo") {
  const auto request =
      get("/ucwa/v1/applications/192/people/282/contactPhoto?size=&participantHash=AHJKUYKL==");
  CHECK(participant_hash(request) == "AHJKUYKL==");
  CHECK((*parse_ucwa(request, {}))->photo.view() == "282");
  CHECK(participant_hash(get("/ucwa/v1/applications/1/photo")).empty());
}

TEST_CASE("a contact's document links to its photo, hash and all") {
  auto request = get("/ucwa/v1/applications/192/people/ada%40x.org?participantHash=A%2B==&x=1");
  const auto call = *parse_ucwa(request, {});
  REQUIRE(call->form == Form::resource);
  const auto document = nlohmann::json::parse(ucwa_resource(request, *call).body);
  const std::string self = "/ucwa/v1/applications/192/people/ada%40x.org";
  CHECK(document["rel"] == "contact");
  CHECK(document["uri"] == "sip:ada@x.org");
  CHECK(document["_links"]["self"]["href"] == self);
  CHECK(document["_links"]["contactPhoto"]["href"] ==
        self + "/contactPhoto?participantHash=A%2B==");

  const std::array headers{http::Header{"Accept", "application/xml"}};
  request.headers = headers;
  const auto xml = ucwa_resource(request, *call);
  CHECK(xml.type == "application/xml; charset=utf-8");
  CHECK_THAT(xml.body, Catch::Contains("<link rel=\"contactPhoto\" href=\"" + self +
                                       "/contactPhoto?participantHash=A%2B==\"/>"));
}

TEST_CASE("one's own document links to one's own photo") {
  const auto request = get("/ucwa/oauth/v1/applications/192/me");
  const auto document =
      nlohmann::json::parse(ucwa_resource(request, **parse_ucwa(request, {})).body);
  CHECK(document["rel"] == "me");
  CHECK(document["_links"]["photo"]["href"] == "/ucwa/oauth/v1/applications/192/photo");
}

TEST_CASE("a newer version than there is is refused") {
  auto request = get("/ucwa/v1/applications/1/photo");
  const auto with = [&](std::string_view version) {
    const std::array headers{http::Header{"X-MS-RequiresMinResourceVersion", version}};
    request.headers = headers;
    return parse_ucwa(request, {})->has_value();
  };
  CHECK(with("2"));
  CHECK(with("1.7"));
  CHECK(with("any"));
  CHECK_FALSE(with("3"));
  CHECK_FALSE(with("4.0"));
}

// The contract's table of synchronous errors, and the generic ones beside it.
TEST_CASE("every error that UCWA knows a cause of has its status, code and subcode") {
  struct Row {
    Errc error;
    int status;
    const char* code;
    const char* subcode;
  };
  for (const Row& row :
       {Row{Errc::forbidden, 403, "Forbidden", nullptr},
        Row{Errc::origin_refused, 403, "Forbidden", nullptr},
        Row{Errc::origin_timeout, 504, "GatewayTimeout", nullptr},
        Row{Errc::bad_source, 500, "ServiceFailure", "InvalidExchangeServerVersion"},
        Row{Errc::conflict, 409, "Conflict", "AlreadyExists"},
        Row{Errc::gone, 410, "Gone", "CannotRedirect"},
        Row{Errc::bad_request, 400, "BadRequest", "ParameterValidationFailure"},
        Row{Errc::unsupported_version, 404, "NotFound", "APIVersionNotSupported"},
        Row{Errc::method_not_allowed, 405, "MethodNotAllowed", nullptr},
        Row{Errc::too_large, 413, "EntityTooLarge", nullptr},
        Row{Errc::throttled, 429, "TooManyRequests", nullptr},
        Row{Errc::overloaded, 503, "ServiceUnavailable", nullptr},
        Row{Errc::origin_failed, 500, "ServiceFailure", nullptr}}) {
    CAPTURE(name(row.error));
    CHECK(ucwa_status(row.error) == row.status);
    const auto json = nlohmann::json::parse(ucwa_error({row.error, {}, {}}, "image/jpeg").body);
    CHECK(json["code"] == row.code);
    CHECK(json.contains("subcode") == (row.subcode != nullptr));
    const auto xml = ucwa_error({row.error, {}, {}}, "application/xml").body;
    CHECK_THAT(xml, Catch::Contains(std::string("<code>") + row.code + "</code>"));
    if (row.subcode == nullptr) continue;
    CHECK(json["subcode"] == row.subcode);
    CHECK_THAT(xml, Catch::Contains(std::string("<subcode>") + row.subcode + "</subcode>"));
  }
}
