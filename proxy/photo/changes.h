#ifndef LIKENESS_PROXY_PHOTO_CHANGES_H_
#define LIKENESS_PROXY_PHOTO_CHANGES_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "cache/memory_cache.h"
#include "cache/store.h"
#include "config/base/loop.h"
#include "proxy/photo/newest.h"

namespace likeness::photo {

// Changes keeps a loop's memory true to the store, and the store's records from bringing back what
// this process knows to be old.
//
// A change in the store is known by the photo's name alone, and most are only a new size or a
// claim. So it is compared: the record's version is read, behind everything that this loop has sent
// about the photo before, and memory is dropped if it has another one. While a record of ours is
// being written its own answer says more than any comparison.
//
// Memory never has another version than what was known last (Newest).
//
// Loop-confined.
class Changes {
 public:
  // What the flights have to say. `is_flying`: is there one for the photo? `compare`: here is what
  // the store has; false if the flight under way is about another version and must not go on.
  struct Flying {
    std::function<bool(std::string_view photo)> is_flying;
    std::function<bool(std::string_view photo, const cache::Peeked& stored)> compare;
    std::function<void(std::string_view photo)> detach;
    // Is any flight under way that was detached?
    std::function<bool()> any_detached;
  };

  // `record_life`: how long the store keeps a record at most.
  Changes(Loop& loop, cache::MemoryCache& memory, cache::Store* store, milliseconds record_life,
          Flying flying);

  void changed(std::string_view photo);

  // The photo is to be forgotten by the store. See Flights::forget().
  void forget(std::string_view photo, cache::Store::Done<void> done);
  void store_is_back();

  // A flight begins with what memory has.
  void recalled(std::string_view photo, const cache::Meta& meta);
  // May the store's record be shown, as far as this loop knows?
  [[nodiscard]] bool may_show(std::string_view photo, const cache::Meta& stored) const;
  // It will be.
  void shown(std::string_view photo, const cache::Meta& stored, WallClock::time_point now);
  // The origin, asked then, has said that the photo is this; the store does not know it yet. What
  // is not newer than what was known before is not to be remembered.
  [[nodiscard]] Newest::Order fetched(std::string_view photo, const cache::Meta& meta,
                                      Newest::Moment asked);
  // The same is being written to the store, and what came of it.
  void filling(std::string_view photo) { ++filling_[std::string(photo)].count; }
  void filled(std::string_view photo, const std::string& version, Newest::Moment sent,
              const Result<cache::Filled>& result);
  // The store has answered a claim that was sent then.
  void claimed(std::string_view photo, Newest::Moment sent, cache::Stamp stamp);
  // The version that is known to be the newest, "" where that is open; nothing noted otherwise.
  [[nodiscard]] std::optional<std::string> newest(std::string_view photo) const;
  [[nodiscard]] Newest::Moment moment() { return newest_.moment(); }

 private:
  void compare(const std::string& photo);
  void compared(const std::string& photo, const Result<cache::Peeked>& stored);
  void drop(const std::string& photo);
  void erase(const std::string& photo, const cache::Spared& spared, cache::Store::Done<void> done);
  [[nodiscard]] Clock::time_point unsettled() const;
  // Can anybody come with something older? Notes on every photo take more memory than they are
  // worth where nobody can.
  [[nodiscard]] bool notes_matter() const;

  Loop& loop_;
  cache::MemoryCache& memory_;
  cache::Store* store_;
  const milliseconds record_life_;
  const Flying flying_;
  Newest newest_;
  // Photos being compared; true: changed again meanwhile.
  std::unordered_map<std::string, bool> comparing_;
  struct Filling {
    int count = 0;
    bool overtaken = false;  // The photo was forgotten after that.
  };
  std::unordered_map<std::string, Filling> filling_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_CHANGES_H_
