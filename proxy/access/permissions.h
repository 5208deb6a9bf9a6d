#ifndef LIKENESS_PROXY_ACCESS_PERMISSIONS_H_
#define LIKENESS_PROXY_ACCESS_PERMISSIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/memory_cache.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/recent.h"
#include "proxy/origin/origin.h"
#include "proxy/proof/hash.h"

namespace likeness::access {

// What a caller shows to be let in: header values. A view of the request.
struct Proof {
  std::string_view authorization = {};
  std::string_view cookie = {};
  [[nodiscard]] bool empty() const { return authorization.empty() && cookie.empty(); }
  [[nodiscard]] origin::Credentials copy() const {
    return {std::string(authorization), std::string(cookie)};
  }
};

// Whether callers may see photos, by the origin's word: a cached photo is shared by all, the right
// to see it is not. The origin is asked once per proof and photo, however many requests wait for
// the answer, and its word holds for access.right_ttl, or access.denial_ttl if it is no. Failing to
// ask it counts as no, for this once.
//
// Proofs are kept only as a digest that nobody outside this process can compute.
//
// Thread-safe; what it is given outlives it.
class Permissions {
 public:
  // Success: he may. Errors as those of Origin::check().
  using Answer = Result<void>;
  using Done = std::move_only_function<void(Answer)>;
  struct Home {
    Loop* loop;
    origin::Origin* origin;
  };

  Permissions(const AccessSettings& settings, cache::MemoryCache& memory,
              const std::vector<Home>& homes);
  ~Permissions();

  // The name under which the caller's own photo is kept, which all callers call "me": unlike any
  // other caller's, and one that nobody outside this process can make.
  [[nodiscard]] std::string own_photo(const Proof& caller) const;

  // What is known now. Allocates nothing.
  [[nodiscard]] std::optional<Answer> find(const Proof& caller, std::string_view photo,
                                           Clock::time_point now);
  // Calls `done` exactly once, on `here`, the loop that the caller is on, and on a later turn.
  void ask(Loop& here, const origin::Credentials& caller, const std::string& photo, Done done);

 private:
  // What of the asking lives on one loop.
  struct Desk;
  struct Word {
    bool yes = false;
    Errc why = Errc::internal;  // Of a no.
  };

  [[nodiscard]] RecentKey key(const Proof& caller, std::string_view photo) const;
  [[nodiscard]] std::optional<Answer> known(const RecentKey& key, Clock::time_point now);
  void look_into(Desk& desk, const RecentKey& key, const origin::Credentials& caller,
                 const std::string& photo, Done done);
  void learn(const RecentKey& key, const Answer& answer, Clock::time_point now);

  const seconds right_ttl_;
  const seconds denial_ttl_;
  cache::MemoryCache& memory_;
  proof::HmacKey secret_;
  Recent<Word> words_;
  std::vector<std::unique_ptr<Desk>> desks_;
};

}  // namespace likeness::access

#endif  // LIKENESS_PROXY_ACCESS_PERMISSIONS_H_
