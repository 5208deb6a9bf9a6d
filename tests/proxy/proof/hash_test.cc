#include "proxy/proof/hash.h"

#include <catch2/catch.hpp>

namespace likeness::proof {
namespace {

TEST_CASE("SHA-256 is that of FIPS 180-4's examples") {
  CHECK(hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST_CASE("HMAC is that of RFC 4231's test cases") {
  CHECK(hex(HmacKey(std::string(20, '\x0b')).mac({"Hi ", "There"})) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hex(HmacKey("Jefe").mac({"what do ya want ", "for ", "nothing?"})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hex(HmacKey(std::string(20, '\xaa')).mac({std::string(50, '\xdd')})) ==
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  // A key of more than a block, and a text of more than one.
  CHECK(hex(HmacKey(std::string(131, '\xaa'))
                .mac({"This is a test using a larger than block-size key and a larger than "
                      "block-size data. ",
                      "The key needs to be hashed before being used by the HMAC algorithm."})) ==
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST_CASE("digests are the same only if every byte is") {
  const Digest digest = sha256("a");
  for (std::size_t i = 0; i < digest.size(); ++i) {
    Digest other = digest;
    other[i] ^= 1U;
    CHECK_FALSE(same(digest, other));
  }
  CHECK(same(digest, sha256("a")));
}

}  // namespace
}  // namespace likeness::proof
