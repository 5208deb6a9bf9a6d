#ifndef LIKENESS_PROXY_ORIGIN_SOURCE_H_
#define LIKENESS_PROXY_ORIGIN_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/contacts/store_thread.h"
#include "proxy/origin/origin.h"
#include "proxy/proof/tokens.h"

namespace likeness::origin {

// Where the photos of a process come from, as the settings say: what its loops share of it, and the
// maker of each loop's own Origin. Immutable once made; outlives the origins.
class Source {
 public:
  virtual ~Source() = default;
  // Call it on the loop.
  [[nodiscard]] virtual std::unique_ptr<Origin> open(Loop& loop) = 0;
  // Some photos that it has, for the page to show: at most `most`, and none from a source that
  // cannot say. Calls `done` exactly once, on `here`, never before it returns.
  struct Listed {
    std::string id;
    std::string name;  // Of the contact, for people.
  };
  using Done = std::move_only_function<void(std::vector<Listed>)>;
  virtual void list(Loop& here, std::size_t /*most*/, Done done) {
    here.post([done = std::move(done)]() mutable { done({}); });
  }
  // The embedded contact store, where that is the origin; lives as long as the source.
  [[nodiscard]] virtual contacts::StoreThread* contacts() { return nullptr; }
};

// Are the photo ids of such an origin those of people, whose addresses mean the same in any case?
// Elsewhere, in folders and on web servers, they are names of files.
[[nodiscard]] bool names_people(std::string_view spec);

// REQUIRES: settings.origin.spec has passed config::check(). Throws std::runtime_error or
// std::system_error if it cannot be used. `settings` and `per_loop`, each loop's share of
// the origin's limits, must outlive the source, and so must `tokens`, which say whose contacts a
// caller of the embedded store may see.
[[nodiscard]] std::unique_ptr<Source> make_source(const Settings& settings,
                                                  const OriginSettings& per_loop,
                                                  const proof::Tokens& tokens);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_SOURCE_H_
