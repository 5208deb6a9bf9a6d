#include "proxy/contacts/encoding.h"

#include <catch2/catch.hpp>

namespace likeness::contacts {
namespace {

TEST_CASE("base64 gives back what it was given", "[contacts][encoding]") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    CHECK(from_base64(base64(bytes)) == bytes);
    CHECK(from_base64(base64_url(bytes)) == bytes);
    bytes += static_cast<char>(static_cast<unsigned char>(i * 7));
  }
}

TEST_CASE("base64 forgives white space and padding, nothing else", "[contacts][encoding]") {
  CHECK(from_base64("aGVs\r\n bG8=") == "hello");
  CHECK(from_base64("aGVsbG8") == "hello");
  CHECK_FALSE(from_base64("aGVs*G8=").has_value());
  CHECK_FALSE(from_base64("a").has_value());
  CHECK_FALSE(from_base64("aGVs=bG8=").has_value());
}

TEST_CASE("quoted-printable keeps a broken escape as it is", "[contacts][encoding]") {
  CHECK(from_quoted_printable("M=FCller=3D=zz=") == "M\xFCller==zz=");
}

}  // namespace
}  // namespace likeness::contacts
