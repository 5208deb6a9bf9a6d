#include "proxy/proof/hash.h"

// SHA256_CTX is the one that lies on the stack; OpenSSL 3 calls it deprecated.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/sha.h>

#include <algorithm>

namespace likeness::proof {
namespace {

void update(SHA256_CTX& context, std::string_view bytes) {
  SHA256_Update(&context, bytes.data(), bytes.size());
}

Digest final(SHA256_CTX& context) {
  Digest digest;
  SHA256_Final(digest.data(), &context);
  return digest;
}

// After one whole block nothing is left over, so the hash value and the length are all there is.
SHA256_CTX resume(const std::array<std::uint32_t, 8>& state) {
  SHA256_CTX context;
  SHA256_Init(&context);
  std::ranges::copy(state, context.h);
  context.Nl = 8 * SHA256_CBLOCK;
  return context;
}

std::array<std::uint32_t, 8> absorb(std::array<std::uint8_t, SHA256_CBLOCK> block,
                                    std::uint8_t pad) {
  for (std::uint8_t& byte : block) byte ^= pad;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, block.data(), block.size());
  std::array<std::uint32_t, 8> state;
  std::ranges::copy(context.h, state.begin());
  return state;
}

}  // namespace

Digest sha256(std::string_view bytes) {
  SHA256_CTX context;
  SHA256_Init(&context);
  update(context, bytes);
  return final(context);
}

bool same(const Digest& a, const Digest& b) {
  return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string hex(const Digest& digest) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : digest) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 15U];
  }
  return text;
}

HmacKey::HmacKey(std::string_view secret) {
  std::array<std::uint8_t, SHA256_CBLOCK> block{};
  if (secret.size() > block.size()) {
    std::ranges::copy(sha256(secret), block.begin());
  } else {
    std::ranges::copy(secret, block.begin());
  }
  inner_ = absorb(block, 0x36);
  outer_ = absorb(block, 0x5c);
}

Digest HmacKey::mac(std::initializer_list<std::string_view> pieces) const {
  SHA256_CTX inner = resume(inner_);
  for (const std::string_view piece : pieces) update(inner, piece);
  const Digest digest = final(inner);
  SHA256_CTX outer = resume(outer_);
  SHA256_Update(&outer, digest.data(), digest.size());
  return final(outer);
}

}  // namespace likeness::proof
