#ifndef LIKENESS_PROXY_PROOF_HASH_H_
#define LIKENESS_PROXY_PROOF_HASH_H_

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace likeness::proof {

// SHA-256 and HMAC-SHA256 (RFC 2104) for the hit path: nothing here allocates or takes a lock.
// OpenSSL's current interface does both for every digest of a few bytes.

using Digest = std::array<std::uint8_t, 32>;

[[nodiscard]] Digest sha256(std::string_view bytes);

// In time that does not tell where they differ.
[[nodiscard]] bool same(const Digest& a, const Digest& b);
// The same of texts; only their length shows.
[[nodiscard]] bool same(std::string_view a, std::string_view b);

// "0123456789abcdef…", 64 digits.
[[nodiscard]] std::string hex(const Digest& digest);

// A secret, ready to authenticate texts with. Immutable, thread-safe.
class HmacKey {
 public:
  explicit HmacKey(std::string_view secret);

  // Of the pieces one after the other.
  [[nodiscard]] Digest mac(std::initializer_list<std::string_view> pieces) const;

 private:
  // What SHA-256 has come to after the key's padded block.
  using State = std::array<std::uint32_t, 8>;
  State inner_;
  State outer_;
};

}  // namespace likeness::proof

#endif  // LIKENESS_PROXY_PROOF_HASH_H_
