#include "proxy/proof/tokens.h"

#include <catch2/catch.hpp>

namespace likeness::proof {
namespace {

std::string entry(const std::string& user, const std::string& scopes, const std::string& token) {
  return user + ":" + scopes + ":" + hex(sha256(token));
}

TEST_CASE("a token grants what the settings say") {
  const Tokens tokens({.tokens = {entry("anna@example.org", "Contacts.Read", "one"),
                                  entry("app:7", "Contacts.ReadWrite", "two"),
                                  entry("me", "Contacts.Read+Contacts.ReadWrite", "three")}});
  CHECK(tokens.any());

  const auto reader = tokens.find("Bearer one");
  REQUIRE(reader != nullptr);
  CHECK(reader->user == "anna@example.org");
  CHECK(reader->may_read);
  CHECK_FALSE(reader->may_write);

  const auto writer = tokens.find("bearer  two");
  REQUIRE(writer != nullptr);
  CHECK(writer->user == "app:7");
  CHECK(writer->may_read);
  CHECK(writer->may_write);

  REQUIRE(tokens.find("BEARER three") != nullptr);
  CHECK(tokens.find("BEARER three")->may_write);
}

TEST_CASE("whatever is no known token grants nothing") {
  const Tokens tokens({.tokens = {entry("me", "Contacts.Read", "one")}});
  for (const char* text : {"", "Bearer", "Bearer ", "Bearer   ", "one", "Basic one", "Bearerone",
                           "Bearer one ", "Bearer One", "Bearer one two"}) {
    CAPTURE(text);
    CHECK(tokens.find(text) == nullptr);
  }
  CHECK(tokens.find("Bearer " + hex(sha256("one"))) == nullptr);
  CHECK_FALSE(Tokens(AccessSettings{}).any());
}

TEST_CASE("tokens are replaced as a whole, or not at all") {
  Tokens tokens({.tokens = {entry("me", "Contacts.Read", "one")}});
  const auto grant = tokens.find("Bearer one");
  tokens.replace({.tokens = {entry("you", "Contacts.Read", "two")}});
  CHECK(tokens.find("Bearer one") == nullptr);
  CHECK(tokens.find("Bearer two")->user == "you");
  CHECK(grant->user == "me");  // Of a request that is still under way.
  CHECK_THROWS_AS(tokens.replace({.tokens = {"you"}}), std::runtime_error);
  CHECK(tokens.find("Bearer two") != nullptr);
}

TEST_CASE("tokens that cannot be read end the start") {
  for (const std::string& text :
       {entry("me", "Contacts.Write", "x"), entry("", "Contacts.Read", "x"), entry("me", "", "x"),
        entry("me", "Contacts.Read+", "x"), std::string("me:Contacts.Read:12"), std::string("me"),
        std::string(), "Contacts.Read:" + hex(sha256("x"))}) {
    CAPTURE(text);
    CHECK_THROWS_AS(Tokens({.tokens = {text}}), std::runtime_error);
  }
}

}  // namespace
}  // namespace likeness::proof
