#ifndef LIKENESS_PROXY_PHOTO_SERVICE_H_
#define LIKENESS_PROXY_PHOTO_SERVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/memory_cache.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/flights.h"

namespace likeness::photo {

// The answer, if memory has one that is fresh and vouched for at this time. Does not allocate.
[[nodiscard]] std::optional<Outcome> find_fresh(cache::MemoryCache& memory,
                                                const cache::Vouch& vouch,
                                                const FreshnessSettings& freshness,
                                                std::string_view photo, const Ask& ask,
                                                WallClock::time_point wall, Clock::time_point now);

// The photo service of the whole process: answers from memory on any loop, and sends what memory
// does not have to the one loop that owns the photo, so that all who ask for it meet in one flight
// without a lock.
//
// Thread-safe; what it is given outlives it.
class Service {
 public:
  struct Home {
    Loop* loop;
    Flights* flights;
  };

  Service(cache::MemoryCache& memory, const cache::Vouch& vouch, const FreshnessSettings& freshness,
          std::vector<Home> homes)
      : memory_(memory), vouch_(vouch), freshness_(freshness), homes_(std::move(homes)) {}

  // The answer, if memory has one that is fresh and vouched for at this time. Does not allocate.
  [[nodiscard]] std::optional<Outcome> find(std::string_view photo, const Ask& ask,
                                            WallClock::time_point wall,
                                            Clock::time_point now) const;

  // Calls `done` exactly once, on `here`, the loop that the caller is on; before get() returns only
  // if that loop owns the photo and memory has the answer by now.
  // `caller` is shown to origins that know callers; he may see the photo.
  void get(Loop& here, std::string photo, const Ask& ask, Flights::Done done,
           origin::Credentials caller = {});

  // These photos have changed, or are to be forgotten: by this process and by the store, and so by
  // every other process. Once `done` is called no request that comes in here later sees what was
  // known before; those that come in elsewhere do so for a round trip of the store, or where a
  // process is cut off from it, for redis.max_unheard. An error (store_unavailable) says that the
  // store, which is waited for as long as for any command, could not be told yet: it is told when
  // it is back, and this process does not believe it till then.
  //
  // Calls `done` exactly once, on `here`, the loop that the caller is on, never before it returns.
  using Forgotten = std::move_only_function<void(Result<void>)>;
  void forget(Loop& here, std::vector<std::string> photos, Forgotten done);
  // The same for all photos whose ids begin so; "" for everything. The store is searched for them,
  // so it takes a second for some hundred thousand records, and each is gone when it is found.
  void forget_all(Loop& here, const std::string& photos, Forgotten done);

  // The ids of all photos that `wanted` says yes to, in memory, under way or in the store, each
  // once; an error where the store could not be searched, with what else was found. Each of them is
  // looked at, so it takes long, and no turn of a loop does. `wanted` is called on all loops.
  //
  // Calls `done` exactly once, on `here`, never before it returns.
  using Found =
      std::move_only_function<void(std::vector<std::string> photos, Result<void> searched)>;
  void find_all(Loop& here, cache::Store::Wanted wanted, Found done);

  // What this process and the store know of the photo. Calls `done` once, on `here`, never before
  // it returns.
  void inspect(Loop& here, std::string photo, std::move_only_function<void(Inspection)> done);

  // Somebody may have changed what the store has of these photos, or everything (cache::RedisFeed).
  // From any loop.
  void changed(std::vector<std::string> photos);
  void all_changed();

 private:
  struct Search;
  void search_memory(const std::shared_ptr<Search>& search);
  void search_flights(const std::shared_ptr<Search>& search);
  void search_store(const std::shared_ptr<Search>& search);

  void forget_all_here(Loop& here, const std::string& photos, Loop::Task done);
  [[nodiscard]] std::size_t index_of(std::string_view photo) const;
  [[nodiscard]] const Home& home_of(std::string_view photo) const;

  cache::MemoryCache& memory_;
  const cache::Vouch& vouch_;
  FreshnessSettings freshness_;
  std::vector<Home> homes_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_SERVICE_H_
