#include "proxy/proof/canonical.h"

#include <catch2/catch.hpp>
#include <string>

namespace likeness::proof {
namespace {

std::string text(std::string_view path, std::string_view query = {}) {
  const Canonical canonical(path, query);
  return canonical.usable() ? std::string(canonical.text()) : "unusable";
}

TEST_CASE("the canonical text is that of the documentation") {
  CHECK(text("/photos/ada/HR240x240.jpg", "kid=k") ==
        "likeness-1\n/photos/ada/HR240x240.jpg\nkid=k");
  CHECK(text("/photos/ada") == "likeness-1\n/photos/ada\n");
}

TEST_CASE("escapes are written in one way") {
  for (const char* path :
       {"/photos/a%40b.org/x%2fy", "/photos/a@b.org/x%2Fy", "/%70hotos/%61%40b%2eorg/x%2Fy"}) {
    CAPTURE(path);
    CHECK(text(path) == "likeness-1\n/photos/a%40b.org/x%2Fy\n");
  }
  CHECK(text("/a%20b~%7E/+", "n=+%20%c3%A9") == "likeness-1\n/a%20b~~/%2B\nn=%2B%20%C3%A9");
}

TEST_CASE("parameters are sorted by name, and the signature is left out") {
  CHECK(text("/a", "size=1&kid=k&sig=zzz&Fit=crop&exp=9") ==
        "likeness-1\n/a\nFit=crop&exp=9&kid=k&size=1");
  CHECK(text("/a", "&b&&a=&c==&") == "likeness-1\n/a\na=&b=&c=%3D");
}

TEST_CASE("what could be read in two ways has no canonical text") {
  for (const char* query : {"a=1&a=2", "a=1&A=2", "sig=1&SIG=2", "sig=1&sig=1", "%61=1", "a%62=1",
                            "=1", "a=%", "a=%4", "a=%zz", "a b=1", "amp;a=1"}) {
    CAPTURE(query);
    CHECK(text("/a", query) == "unusable");
  }
  for (const char* path : {"", "a", "/%", "/%4", "/%4g", "*"}) {
    CAPTURE(path);
    CHECK(text(path) == "unusable");
  }
}

TEST_CASE("a URL that is too long or has too many parameters cannot be signed") {
  CHECK(text("/" + std::string(4'000, 'a')) != "unusable");
  CHECK(text("/" + std::string(4'096, 'a')) == "unusable");
  CHECK(text("/" + std::string(1'400, '@')) == "unusable");
  std::string query;
  for (char c = 'a'; c < 'a' + 16; ++c) query += std::string(1, c) + "=1&";
  CHECK(text("/a", query) != "unusable");
  CHECK(text("/a", query + "z=1") == "unusable");
}

}  // namespace
}  // namespace likeness::proof
