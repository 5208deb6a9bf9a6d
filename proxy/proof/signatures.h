#ifndef LIKENESS_PROXY_PROOF_SIGNATURES_H_
#define LIKENESS_PROXY_PROOF_SIGNATURES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "config/base/time.h"
#include "config/settings.h"
#include "proxy/proof/hash.h"

namespace likeness::proof {

// What a URL's signature is worth.
struct Signature {
  enum class State : std::uint8_t { none, good, wrong, expired };
  State state = State::none;
  std::optional<seconds> left = std::nullopt;  // Of a good one's life; nothing: for ever.
};

// The keys of signed URLs: HMAC-SHA256 over the canonical URL (proxy/proof/canonical.h), base64url
// without padding, in the parameter "sig", by the key that "kid" names, until "exp" (unix seconds)
// if there is one. All keys are valid: a new one is added, and the old one removed when no page
// uses it any more.
//
// Immutable, thread-safe.
class SigningKeys {
 public:
  // Of texts as in access.signing_keys. Throws std::runtime_error if one cannot be read; blocks
  // where it stands in a file.
  explicit SigningKeys(const std::vector<std::string>& texts);

  // Allocates nothing; compares in constant time.
  [[nodiscard]] Signature verify(std::string_view path, std::string_view query,
                                 WallClock::time_point now) const;

  // `target` ("/photos/ada/HR48x48?v=2") with a signature by the first key. bad_request if it
  // cannot be signed, has one already, or names a fragment.
  [[nodiscard]] Result<std::string> sign(std::string_view target,
                                         std::optional<WallClock::time_point> expires) const;

 private:
  struct Key {
    std::string id;
    HmacKey key;
  };
  std::vector<Key> keys_;
};

}  // namespace likeness::proof

#endif  // LIKENESS_PROXY_PROOF_SIGNATURES_H_
