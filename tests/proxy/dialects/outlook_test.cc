#include "proxy/dialects/outlook.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/proxy/dialects/requests.h"

using namespace likeness;
using namespace likeness::dialects;
using imaging::Size;
using photo::Ask;
using test::get;

namespace {

Parsed parsed(std::string_view target) {
  auto result = parse_outlook(get(target), {});
  REQUIRE(result.has_value());
  return *result;
}

}  // namespace

TEST_CASE("a contact's photo is found in every spelling that clients use") {
  for (const auto* target :
       {"/api/beta/me/contacts('AAMk=')/photo/$value",
        "/api/v2.0/me/contacts('AAMk=')/photo/$value",
        "/API/Beta/Me/Contacts('AAMk=')/Photo/$Value", "/api/beta/me/contacts/AAMk=/photo/$value",
        "/api/beta/me/contacts/AAMk%3D/photo/%24value",
        "/api/beta/me/contacts(%27AAMk%3D%27)/photo/%24value",
        "/api/beta/me/contacts%28%27AAMk=%27%29/photo/$value"}) {
    CAPTURE(target);
    const auto call = parsed(target);
    REQUIRE(call.has_value());
    CHECK(call->photo.view() == "AAMk=");
    CHECK(call->ask.kind == Ask::Kind::picture);
    CHECK(call->ask.spec.box == Size{0, 0});
  }
  CHECK(parsed("/api/beta/me/contacts('it''s')/photo")->photo.view() == "it's");
  CHECK(parsed("/api/beta/me/contacts('a')/photo")->ask.kind == Ask::Kind::meta);
  CHECK(parsed("/api/beta/me/contacts('a')/photo/$value?size=HR96x96")->ask.spec.box ==
        Size{96, 96});
}

TEST_CASE("what is no contact's photo is refused with an OData body") {
  for (const auto* target :
       {"/api/beta/me/contacts", "/api/beta/me/contacts('a')", "/api/v1.0/me/contacts('a')/photo",
        "/api/beta/me/contacts('a')/photo/$values", "/api/beta/me/contacts('a'b')/photo",
        "/api/beta/me/contacts(a)/photo", "/api/beta/me/contacts('a')/photo/$value/x"}) {
    CAPTURE(target);
    CHECK(parsed(target).error().error.code == Errc::unknown_route);
  }
  CHECK(parsed("/api/beta/me/contacts('')/photo").error().error.code != Errc::no_photo);
  CHECK(parsed("/api/beta/me/contacts('a')/photo/$value?size=9").error().error.code ==
        Errc::bad_request);
  CHECK(outlook_error({Errc::no_photo, {}, {}}) ==
        R"({"error":{"code":"ErrorItemNotFound","message":"The photo wasn't found."}})");
}

TEST_CASE("the metadata document is the contract's") {
  cache::Meta meta;
  meta.status = cache::Meta::Status::photo;
  meta.width = 103;
  meta.height = 77;
  const std::string_view path = "/api/beta/me/contacts('AAMk')/photo";
  const photo::Found found{.meta = std::make_shared<const cache::Meta>(meta)};
  const auto text = outlook_metadata(found, "http://h", path);
  CHECK(nlohmann::json::parse(text) == nlohmann::json::parse(R"({
    "@odata.context": "http://h/api/beta/$metadata#Me/Contacts('AAMk')/photo/$entity",
    "@odata.id": "http://h/api/beta/Me/contacts('AAMk')/photo",
    "@odata.readLink": "http://h/api/beta/Me/contacts('AAMk')/photo",
    "@odata.mediaContentType": "image/jpeg",
    "Id": "103X77", "Width": 103, "Height": 77})"));
}

TEST_CASE("users have photos, lists of sizes and contacts too") {
  CHECK(parsed("/api/v2.0/me/photo")->photo.view() == "me");
  CHECK(parsed("/api/v2.0/Users('ada@x.org')/photo/$value")->photo.view() == "ada@x.org");
  CHECK(parsed("/api/beta/users('a')/contacts('b')/photo")->photo.view() == "a/contacts/b");
  CHECK(parsed("/api/beta/me/photos")->form == Form::list);
  CHECK(parsed("/api/beta/me/photos('HR64x64')/$value")->ask.spec.box == Size{64, 64});

  cache::Meta meta;
  meta.width = 100;
  meta.height = 100;
  const std::string_view path = "/api/beta/users('a')/contacts('b')/photo";
  const photo::Found found{.meta = std::make_shared<const cache::Meta>(meta)};
  const auto document = nlohmann::json::parse(outlook_metadata(found, "http://h", path));
  CHECK(document["@odata.id"] == "http://h/api/beta/Users('a')/contacts('b')/photo");
  const auto list = nlohmann::json::parse(outlook_list(meta, "http://h", "/api/beta/me/photos"));
  REQUIRE(list["value"].size() == 3);
  CHECK(list["value"][2]["Id"] == "96X96");
}
