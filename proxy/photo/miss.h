#ifndef LIKENESS_PROXY_PHOTO_MISS_H_
#define LIKENESS_PROXY_PHOTO_MISS_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/store.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/actions.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/decide.h"
#include "proxy/photo/known.h"
#include "proxy/photo/pictures.h"
#include "proxy/photo/work.h"

namespace likeness::photo {

// A Miss is all the work on one photo that memory alone could not answer, for everyone who waits
// for it: the look-up in the shared store, the origin's answer, the resizing. It is a state machine
// without I/O: inputs say what happened, take_actions() says what to do next, and time is an
// argument. Flights (proxy/photo/flights.h) drives it.
//
// Whatever arrives, every waiter is answered exactly once, each distinct picture is rendered once,
// and at most one look-up and one fetch are under way. A stale answer comes before an error.
//
// Loop-confined (to its driver's loop); not thread-aware itself.
class Miss {
 public:
  // `tags` are the photo's own header lines (proxy/photo/tags.h).
  explicit Miss(const MissSettings& settings, std::string tags = {})
      : settings_(settings), maker_(settings_.imaging, std::move(tags)) {}
  Miss(const Miss&) = delete;
  Miss& operator=(const Miss&) = delete;

  // Somebody wants something of the photo.
  void join(WaiterId waiter, const Ask& ask, const Remembered& memory, WallClock::time_point now);

  void looked_up(Result<cache::StoredRecord> result, WallClock::time_point now);
  void claimed(Result<std::optional<cache::FillToken>> result, WallClock::time_point now);
  // There may be news; or the wait was long enough.
  void awaited(bool long_enough, WallClock::time_point now);
  void fetched(Result<origin::Fetched> result, WallClock::time_point now);
  void rendered(JobId job, Result<imaging::Rendered> result, WallClock::time_point now);

  // The store has another version by now, or none: what this miss knows is not to be shown any
  // more. REQUIRES: it waits for a claim, its own or another process's.
  void forget();

  // The photo was changed or purged: what this miss knows may be old. Its waiters asked before that
  // and are still answered, but nothing is written any more.
  void detach();

  // The deadline of the whole: answers everyone who still waits with what there is.
  void give_up(WallClock::time_point now);

  [[nodiscard]] std::vector<Action> take_actions() { return std::exchange(actions_, {}); }
  // Nobody waits and nothing is under way.
  [[nodiscard]] bool idle() const;
  [[nodiscard]] std::size_t waiters() const { return waiters_.size(); }
  // What it is at, in a word or two.
  [[nodiscard]] std::string_view doing() const;
  // Of the photo, as far as it is known.
  [[nodiscard]] std::optional<std::string> version() const;
  // Will it be asked about before it is shown?
  [[nodiscard]] bool doubtful() const { return known_.doubtful; }
  [[nodiscard]] bool claiming() const { return work_.fetching == Work::Fetching::claiming; }
  // Held from winning it to using it.
  [[nodiscard]] const std::optional<cache::FillToken>& claim() const { return work_.token; }

 private:
  void advance(WallClock::time_point now);

  void start_fetch(bool conditional);
  void fetch();
  void start_incoming();
  void start_render(std::vector<imaging::Spec> specs, bool from_source);
  void adopt(const imaging::Rendered& rendered, const Work::Job& job, WallClock::time_point now);
  void confirm(const origin::Fetched& answer, NamedPictures pictures, WallClock::time_point now);
  void settle(cache::Meta meta, NamedPictures pictures, WallClock::time_point now);
  void fail_fetch(Error error, WallClock::time_point now);
  void add_pictures(const imaging::Rendered& rendered, const Work::Job& job);
  void release();
  void raise(Via via);
  void act(Action action);

  MissSettings settings_;
  PictureMaker maker_;
  bool detached_ = false;
  bool unshared_ = false;  // Fetched beside a claim of somebody else: known here and now only.
  std::vector<Waiter> waiters_;
  std::vector<Action> actions_;
  Known known_;
  Work work_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_MISS_H_
