#include "proxy/dialects/photo_path.h"

#include <catch2/catch.hpp>

#include "proxy/dialects/size.h"

using namespace likeness;
using namespace likeness::dialects;
using imaging::Size;

namespace {

std::string id_of(std::string_view path) {
  const auto read = parse_photo_path(path);
  REQUIRE(read.has_value());
  const auto id = read->id(320);
  REQUIRE(id.has_value());
  return std::string(id->view());
}

Errc error_of(std::string_view path) {
  const auto read = parse_photo_path(path);
  REQUIRE_FALSE(read.has_value());
  return read.error().code;
}

}  // namespace

TEST_CASE("a photo path names users and their contacts") {
  CHECK(id_of("/me/photo") == "me");
  CHECK(id_of("/Me/Contacts('AAM=')/Photo") == "AAM=");
  CHECK(id_of("/me/contacts/AAM=/photo/$value") == "AAM=");
  CHECK(id_of("/me/contactFolders/f/contacts/AAM=/photo") == "AAM=");
  CHECK(id_of("/me/contactfolders('f')/contacts(%27AAM=%27)/photo") == "AAM=");
  CHECK(id_of("/users/ada%40x.org/photo") == "ada@x.org");
  CHECK(id_of("/users('o''neil@x.org')/photos") == "o'neil@x.org");
  CHECK(id_of("/users/ada@x.org/contacts/7/photo") == "ada@x.org/contacts/7");
  CHECK(id_of("/users('a')/contactFolders/f/contacts('7')/photos/48x48/$value") == "a/contacts/7");
}

TEST_CASE("a photo path says what of the photo is wanted") {
  const auto form = [](std::string_view path) { return parse_photo_path(path)->form; };
  const auto size = [](std::string_view path) { return parse_photo_path(path)->size; };
  CHECK(form("/me/photo") == Form::metadata);
  CHECK(form("/me/photo/") == Form::metadata);
  CHECK(form("/me/photo/%24Value") == Form::value);
  CHECK(form("/me/photos") == Form::list);
  CHECK(form("/me/photos/") == Form::list);
  CHECK(form("/me/photos/48x48") == Form::metadata);
  CHECK(form("/me/photos('48X48')/$value") == Form::value);
  CHECK(form("/me/photo/48x48/$value") == Form::value);
  CHECK(size("/me/photos/48x64") == Size{48, 64});
  CHECK(size("/me/photos('HR96X96')") == Size{96, 96});
  CHECK(size("/me/photo/240X240/$value") == Size{240, 240});
  CHECK_FALSE(size("/me/photos/default/$value").has_value());
}

TEST_CASE("what is no photo path is unknown, and a broken id or size is said") {
  for (const auto* path :
       {"", "/", "/me", "/you/photo", "/users/photo", "/me/photo/value", "/me/photo/$value/x",
        "/me/photos/$value", "/me/contacts/1", "/me/contacts(1)/photo", "/me/contacts('a'b')/photo",
        "/me/contactFolders/f/photo", "/me/photo('1')", "/me/photos/48x48/x"})
    CHECK(error_of(path) == Errc::unknown_route);
  for (const auto* path :
       {"/users//photo", "/users/%zz/photo", "/users/%00/photo", "/me/photos/48", "/me/photos/0x9",
        "/me/contacts('')/photo", "/me/contacts/a%2Fcontacts%2Fb/photo"})
    CHECK(error_of(path) == Errc::bad_request);
  CHECK_FALSE(parse_photo_path("/users/" + std::string(400, 'a') + "/photo")->id(320).has_value());
}

TEST_CASE("a size in the query is for the bytes, and no size is beyond the limit") {
  const auto call = [](std::string_view path, std::string_view query) {
    return photo_call(Dialect::graph, parse_photo_path(path), query, {});
  };
  CHECK(call("/me/contacts/1/photo/$value", "size=HR48x48")->ask.spec.box == Size{48, 48});
  CHECK(call("/me/contacts/1/photo/$value", "size=")->ask.spec.box == Size{});
  CHECK(call("/me/contacts/1/photo", "size=HR48x48")->ask.spec.box == Size{});
  CHECK(call("/me/photo/$value", "size=48").error().error.code == Errc::bad_request);
  CHECK(call("/me/photos/5000x48", "").error().error.code == Errc::bad_request);
  CHECK(call("/me/photos", "")->ask.kind == photo::Ask::Kind::meta);
}

TEST_CASE("the sizes of a photo are those that it need not be enlarged to") {
  CHECK(sizes_of({120, 100}) == std::vector<Size>{{48, 48}, {64, 64}, {96, 96}});
  CHECK(sizes_of({40, 300}) == std::vector<Size>{{40, 300}});
  CHECK(sizes_of({648, 648}).size() == 9);
}
