#include "proxy/photo/digest.h"

#include <catch2/catch.hpp>
#include <string>

namespace likeness::photo {
namespace {

TEST_CASE("a digest is the same on every machine, and its start is its first digits") {
  CHECK(digest("") == "99aa06d3014798d86001c324468d497f");
  CHECK(digest_start("") == 0x99aa06);
  for (const char* text : {"a", "someone@example.com", "Ada"})
    CHECK(digest_start(text) == std::stoul(digest(text).substr(0, 6), nullptr, 16));
}

}  // namespace
}  // namespace likeness::photo
