#ifndef LIKENESS_PROXY_PROOF_TOKENS_H_
#define LIKENESS_PROXY_PROOF_TOKENS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/guarded.h"
#include "config/settings.h"
#include "proxy/proof/hash.h"

namespace likeness::proof {

// Whose contacts the bearer of a token may see, and whether he may change them.
struct Grant {
  std::string user;
  bool may_read = false;
  bool may_write = false;
};

// The token of "Bearer TOKEN" (RFC 6750), or empty; the scheme's name in any case.
[[nodiscard]] std::string_view bearer_token(std::string_view authorization);

// The bearer tokens that the settings name, for what this process keeps itself: the embedded
// contacts. Only their SHA-256 is known here.
//
// Thread-safe, and one for the process.
class Tokens {
 public:
  // Throws std::runtime_error if a token of the settings cannot be read.
  explicit Tokens(const AccessSettings& settings) : known_(read(settings)) {}

  // From now on these count and no others. Throws likewise, and has then changed nothing.
  void replace(const AccessSettings& settings);

  [[nodiscard]] bool any() const { return !known()->empty(); }

  // What the bearer of "Bearer TOKEN" may do, or null. Allocates nothing, and compares with every
  // token in full, so that time tells nothing.
  [[nodiscard]] std::shared_ptr<const Grant> find(std::string_view authorization) const;

 private:
  struct Known {
    Digest sha256;
    Grant grant;
  };
  using List = std::shared_ptr<const std::vector<Known>>;

  static List read(const AccessSettings& settings);
  [[nodiscard]] List known() const {
    return known_.with([](const List& list) { return list; });
  }

  Guarded<List> known_;
};

}  // namespace likeness::proof

#endif  // LIKENESS_PROXY_PROOF_TOKENS_H_
