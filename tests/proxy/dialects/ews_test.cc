#include "proxy/dialects/ews.h"

#include <catch2/catch.hpp>

#include "proxy/dialects/ews_soap.h"
#include "tests/proxy/dialects/requests.h"

using namespace likeness;
using namespace likeness::dialects;
using Catch::Contains;
using imaging::Size;
using test::get;

namespace {

constexpr std::string_view kPhoto = "/ews/Exchange.asmx/s/GetUserPhoto";

Parsed parsed(std::string_view query) {
  const std::string target = std::string(kPhoto) + '?' + std::string(query);
  auto result = parse_ews(get(target), {});
  REQUIRE(result.has_value());
  return *result;
}

std::string envelope(std::string_view content, std::string_view before = "") {
  return std::string(before) +
         R"(<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"
  xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types">
  <soap:Header><t:RequestServerVersion Version="Exchange2013"/></soap:Header>
  <soap:Body>)" +
         std::string(content) + "</soap:Body></soap:Envelope>";
}

std::string photo_of(std::string_view email, std::string_view size) {
  return envelope("<m:GetUserPhoto><m:Email>" + std::string(email) + "</m:Email><m:SizeRequested>" +
                  std::string(size) + "</m:SizeRequested></m:GetUserPhoto>");
}

std::string_view code_of(const std::string& body) {
  const auto read = parse_soap(body, {});
  REQUIRE_FALSE(read.has_value());
  return read.error().code;
}

}  // namespace

TEST_CASE("Exchange's GetUserPhoto is understood in any case") {
  const auto call = parsed("email=ada%40x.org&size=HR240x240");
  REQUIRE(call.has_value());
  CHECK(call->dialect == Dialect::ews);
  CHECK(call->photo.view() == "ada@x.org");
  CHECK(call->ask.spec.box == Size{240, 240});
  CHECK(parsed("Email=a&amp;Size=hr48X48")->ask.spec.box == Size{48, 48});
  CHECK(parsed("email=a")->ask.spec.box == Size{});
  CHECK(parsed("email=a&size=")->ask.spec.box == Size{});
  CHECK(parse_ews(get("/EWS/exchange.ASMX/S/getuserphoto?email=a"), {})->has_value());
  CHECK(parsed("email=a&size=48").error().error.code == Errc::bad_request);
  CHECK(parsed("size=HR48x48").error().error.code == Errc::bad_request);
  CHECK(parse_ews(get("/ews/Exchange.asmx/s/Other?email=a"), {})->error().error.code ==
        Errc::unknown_route);
  CHECK(parse_ews(get("/ews/Exchange.asmx"), {})->error().error.code == Errc::method_not_allowed);
  CHECK_FALSE(parse_ews(get("/photos/a"), {}).has_value());
  CHECK(is_ews_soap("/EWS/Exchange.asmx"));
  CHECK_FALSE(is_ews_soap(kPhoto));
}

TEST_CASE("SOAP's GetUserPhoto is read whatever its prefixes are") {
  const auto call = parse_soap(photo_of(" ada@x.org\n", "HR96x96"), {});
  REQUIRE(call.has_value());
  CHECK(call->photo.view() == "ada@x.org");
  CHECK(call->ask.spec.box == Size{96, 96});
  const auto other = parse_soap(
      R"(<?xml version="1.0" encoding="utf-8"?>
<Envelope xmlns="http://www.w3.org/2003/05/soap-envelope"><Body><GetUserPhoto
  xmlns="http://schemas.microsoft.com/exchange/services/2006/messages"><Email>a&amp;b@x.org</Email>
</GetUserPhoto></Body></Envelope>)",
      {});
  REQUIRE(other.has_value());
  CHECK(other->photo.view() == "a&b@x.org");
  CHECK(other->ask.spec.box == Size{});
}

TEST_CASE("what SOAP cannot serve is said in Exchange's words") {
  CHECK(code_of(photo_of("a", "HR7")) == "ErrorInvalidPhotoSize");
  CHECK(code_of(photo_of("a", "HR9999x9999")) == "ErrorInvalidPhotoSize");
  CHECK(code_of(photo_of("", "HR48x48")) == "ErrorInvalidArgument");
  CHECK(code_of(photo_of(std::string(400, 'a'), "HR48x48")) == "ErrorInvalidArgument");
  CHECK(code_of(envelope("<m:GetFolder/>")) == "ErrorInvalidOperation");
  CHECK(code_of(envelope("<GetUserPhoto><Email>a</Email></GetUserPhoto>")) ==
        "ErrorInvalidOperation");
  for (const auto& body : {std::string(), std::string("junk"), std::string("<a/>"), envelope(""),
                           photo_of("a", "HR48x48").substr(0, 300)})
    CHECK(code_of(body) == "ErrorSchemaValidation");
}

TEST_CASE("SOAP has no document type, no entities and no depth") {
  const std::string good = photo_of("&x;", "HR48x48");
  CHECK(code_of(good) == "ErrorSchemaValidation");
  CHECK(code_of(R"(<!DOCTYPE d [<!ENTITY x "y">]>)" + good) == "ErrorSchemaValidation");
  CHECK(code_of(R"(<!DOCTYPE d SYSTEM "file:///etc/passwd">)" + photo_of("a", "HR48x48")) ==
        "ErrorSchemaValidation");
  std::string deep;
  for (int i = 0; i < 1'000; ++i) deep += "<a>";
  CHECK(code_of(envelope(deep)) == "ErrorSchemaValidation");
}

TEST_CASE("SOAP's answers have the parts that clients read in order") {
  CHECK_THAT(soap_photo("abc", "image/jpeg"),
             Contains("<m:ResponseCode>NoError</m:ResponseCode><m:HasChanged>true</m:HasChanged>"
                      "<m:PictureData>YWJj</m:PictureData><m:ContentType>image/jpeg"));
  CHECK_THAT(soap_photo("", "image/jpeg"),
             Contains("<m:HasChanged>false</m:HasChanged><m:PictureData></m:PictureData>"));
  const auto none = soap_error({Errc::no_photo, {}, {}});
  CHECK(none.status == 404);
  CHECK_THAT(soap_envelope(none),
             Contains("ResponseClass=\"Error\"") && Contains("<m:ResponseCode>ErrorItemNotFound<"));
  const auto busy = soap_error({Errc::overloaded, {}, milliseconds(2'500)});
  CHECK(busy.status == 500);
  CHECK_THAT(soap_envelope(busy), Contains("t:ErrorServerBusy</faultcode>") &&
                                      Contains("\"BackOffMilliseconds\">2500<"));
}
