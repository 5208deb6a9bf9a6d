#ifndef LIKENESS_PROXY_PHOTO_DECIDE_H_
#define LIKENESS_PROXY_PHOTO_DECIDE_H_

#include <string>
#include <variant>
#include <vector>

#include "config/settings.h"
#include "imaging/spec.h"
#include "proxy/photo/actions.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/known.h"
#include "proxy/photo/work.h"

namespace likeness::photo {

struct MissSettings {
  FreshnessSettings freshness;
  ImagingSettings imaging;
  bool has_store = false;
};

// Somebody who wants something of the photo.
struct Waiter {
  WaiterId id;
  Ask ask;
  Via via = Via::memory;
  bool shared = false;  // The miss was under way already.
};

// What has to happen before a waiter can be answered, or the answer.
struct Wait {};  // For what is under way.
struct NeedStore {
  std::vector<std::string> names;  // Pictures, beside the meta.
};
struct NeedOrigin {
  bool bytes = false;  // A "not modified" would not help.
};
struct NeedRender {
  imaging::Spec spec;        // Canonical.
  bool from_source = false;  // Else from the master.
};
using Next = std::variant<Outcome, Wait, NeedStore, NeedOrigin, NeedRender>;

// The decisions of a miss, from what it knows and what it has tried, at one moment. In this order:
// what is fresh; what is stale but may still be shown; the store; the origin; what is stale because
// the origin fails; an error. Changes nothing. A view: all that it is given outlives it.
class Decision {
 public:
  Decision(const MissSettings& settings, const Known& known, const Work& work,
           WallClock::time_point now)
      : settings_(settings), known_(known), work_(work), now_(now) {}

  [[nodiscard]] Next consider(const Waiter& waiter) const;
  // Would a stale photo that is still being served be asked for again, now?
  [[nodiscard]] bool due_for_refresh() const;
  // An error as the answer, with what is remembered of it.
  [[nodiscard]] Outcome failure(const Error& error, Via via, bool stale = false) const;

 private:
  [[nodiscard]] Next consider_unusable(const Waiter& waiter) const;
  [[nodiscard]] Next consider_picture(const Waiter& waiter, bool stale) const;
  [[nodiscard]] Next consider_source(const Waiter& waiter, bool stale) const;
  [[nodiscard]] Next need_bytes(std::vector<std::string> names) const;
  [[nodiscard]] Outcome found(const Waiter& waiter, cache::PicturePtr picture, bool stale) const;

  const MissSettings& settings_;
  const Known& known_;
  const Work& work_;
  const WallClock::time_point now_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_DECIDE_H_
