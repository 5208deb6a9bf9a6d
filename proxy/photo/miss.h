#ifndef LIKENESS_PROXY_PHOTO_MISS_H_
#define LIKENESS_PROXY_PHOTO_MISS_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "cache/store.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "proxy/origin/origin.h"
#include "proxy/photo/ask.h"

namespace likeness::photo {

using WaiterId = std::uint64_t;
using JobId = std::uint64_t;

// What a Miss wants done. Each of the first five is answered by the input of the same name; the
// others are not answered.
struct LookUp {
  std::vector<std::string> names;  // Pictures, beside the meta.
};
struct Claim {};
struct Await {};  // News of the record, which another process has claimed.
struct Fetch {
  origin::Validators have;
};
struct Render {
  JobId id;
  imaging::Job job;
};
using NamedPictures = std::vector<std::pair<std::string, cache::PicturePtr>>;
enum class Source : std::uint8_t { nobody, store, origin };
struct Remember {  // In this process's memory.
  Source says;     // Who has just said so.
  cache::MetaPtr meta;
  NamedPictures pictures;
  std::string_view dropped;  // The name of a picture that another one replaces, or empty.
  bool shared = true;        // The store has it, or will have it by the fill that follows.
  bool shown_only = false;   // Not to be kept: it may have changed since. But it is shown.
};
struct Fill {  // In the shared store.
  cache::FillToken token;
  cache::Store::Write write;
};
struct Save {  // In the shared store, beside the meta that is there.
  std::string name;
  cache::PicturePtr picture;
  std::string_view instead_of;
};
struct Release {  // A claim that came to nothing.
  cache::FillToken token;
};
struct Answer {
  WaiterId waiter;
  Outcome outcome;
};
using Action =
    std::variant<LookUp, Claim, Await, Fetch, Render, Remember, Fill, Save, Release, Answer>;

// What this process's memory has of a photo, as far as it can matter to an ask. Each may be null.
struct Remembered {
  bool vouched = true;  // No process has changed it since, as far as we would know.
  cache::MetaPtr meta;
  cache::PicturePtr picture;  // The asked one.
  cache::PicturePtr source;
  cache::PicturePtr master;
};

struct MissSettings {
  FreshnessSettings freshness;
  ImagingSettings imaging;
  bool has_store = false;
};

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
      : settings_(settings), tags_(std::move(tags)) {}

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
  [[nodiscard]] bool doubtful() const { return doubtful_; }
  [[nodiscard]] bool claiming() const { return fetch_ == FetchStage::claiming; }
  // Held from winning it to using it.
  [[nodiscard]] const std::optional<cache::FillToken>& claim() const { return token_; }

 private:
  struct Waiter {
    WaiterId id;
    Ask ask;
    Via via = Via::memory;
    bool shared = false;
  };
  // What the origin sent, until its header has been read by the first job.
  struct Incoming {
    SharedBytes bytes;
    origin::Validators validators;
    std::optional<seconds> max_age;
    std::string version;
  };
  struct RunningJob {
    std::vector<imaging::Spec> specs;  // As asked while incoming, canonical afterwards.
    std::string version;               // Of what they are made from.
    bool incoming = false;
  };
  // What has to happen before a waiter can be answered, or the answer.
  struct Wait {};
  struct NeedStore {
    std::vector<std::string> names;
  };
  struct NeedOrigin {
    bool bytes = false;  // A "not modified" would not help.
  };
  struct NeedRender {
    imaging::Spec spec;  // Canonical.
    bool from_source = false;
  };
  using Next = std::variant<Outcome, Wait, NeedStore, NeedOrigin, NeedRender>;

  void advance(WallClock::time_point now);
  [[nodiscard]] Next consider(const Waiter& waiter, WallClock::time_point now);
  [[nodiscard]] Next consider_unusable(const Waiter& waiter) const;
  [[nodiscard]] Next consider_picture(const Waiter& waiter, bool stale) const;
  [[nodiscard]] Next consider_source(const Waiter& waiter, bool stale) const;
  [[nodiscard]] bool due_for_refresh(WallClock::time_point now) const;
  [[nodiscard]] Next need_bytes(std::vector<std::string> names) const;
  [[nodiscard]] Outcome failure(const Error& error, Via via, bool stale = false) const;
  [[nodiscard]] Outcome found(const Waiter& waiter, cache::PicturePtr picture, bool stale) const;
  [[nodiscard]] cache::PicturePtr picture(std::string_view name) const;
  void recall(std::string_view name, const cache::PicturePtr& picture);

  void start_fetch(bool conditional);
  void fetch();
  void start_incoming();
  void start_render(std::vector<imaging::Spec> specs, bool from_source);
  void adopt(const imaging::Rendered& rendered, const RunningJob& job, WallClock::time_point now);
  void confirm(const origin::Fetched& answer, NamedPictures pictures, WallClock::time_point now);
  void settle(cache::Meta meta, NamedPictures pictures, WallClock::time_point now);
  [[nodiscard]] cache::PicturePtr make_variant(const imaging::Picture& made,
                                               const imaging::Spec& spec, std::string_view name,
                                               const cache::Meta& meta) const;
  void fail_fetch(Error error, WallClock::time_point now);
  void add_pictures(const imaging::Rendered& rendered, const RunningJob& job);
  void release();
  void raise(Via via);
  void act(Action action);

  MissSettings settings_;
  std::string tags_;
  bool detached_ = false;
  bool unshared_ = false;  // Fetched beside a claim of somebody else: known here and now only.
  std::vector<Waiter> waiters_;
  std::vector<Action> actions_;

  // What is known of the photo.
  cache::MetaPtr meta_;
  std::map<std::string, cache::PicturePtr, std::less<>> pictures_;
  std::map<std::string, Error, std::less<>> unrenderable_;
  bool doubtful_ = false;              // From memory that nobody vouches for.
  bool confirmed_ = false;             // The origin has spoken during this miss.
  std::optional<Error> fetch_error_;   // It could not be asked, or its answer is of no use.
  std::optional<Error> failed_fetch_;  // The same, until the store has been asked once more.

  // What is under way, and what was tried.
  bool looking_up_ = false;
  bool store_asked_ = false;
  std::vector<std::string> asked_now_;
  std::set<std::string, std::less<>> names_asked_;
  enum class FetchStage : std::uint8_t { idle, claiming, awaiting, fetching };
  FetchStage fetch_ = FetchStage::idle;
  bool conditional_ = false;
  std::optional<cache::FillToken> token_;
  std::optional<Incoming> incoming_;
  std::map<JobId, RunningJob> jobs_;
  JobId last_job_ = 0;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_MISS_H_
