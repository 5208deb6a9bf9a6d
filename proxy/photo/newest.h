#ifndef LIKENESS_PROXY_PHOTO_NEWEST_H_
#define LIKENESS_PROXY_PHOTO_NEWEST_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "config/base/time.h"

namespace likeness::photo {

// What a loop knows better than the store: of photos that changed lately, or whose change could not
// be stored, which version is the newest or which one is not. The store may have an older one, when
// it was away as the photo changed, or when a replica took over that had not heard of it yet. Such
// a record is as good as none.
//
// Bounded: at kMost photos the ones noted first go. Loop-confined; time is an argument.
class Newest {
 public:
  static constexpr std::size_t kMost = 65'536;

  // The photo is of this version now, and the store may lag behind until then.
  void is(std::string_view photo, std::string_view version, Clock::time_point until);
  // It is no longer of this version; without one: of any that the store has.
  void is_not(std::string_view photo, std::optional<std::string> version, Clock::time_point until);
  void forget(std::string_view photo);

  // May a record of this version be the newest?
  [[nodiscard]] bool may_be(std::string_view photo, std::string_view version,
                            Clock::time_point now) const;

  // Is nothing known but that the store's record is old?
  [[nodiscard]] bool distrusts_all(std::string_view photo) const;

  [[nodiscard]] std::size_t size() const { return notes_.size(); }
  // Lets go of what ended before `now`, as far as it was noted first.
  void prune(Clock::time_point now);

 private:
  struct Note {
    bool positive;
    std::optional<std::string> version;
    Clock::time_point until;
    std::uint64_t number;
  };
  void note(std::string_view photo, Note note);

  std::unordered_map<std::string, Note> notes_;
  std::deque<std::pair<std::uint64_t, std::string>> order_;  // Some are noted again further back.
  std::uint64_t last_number_ = 0;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_NEWEST_H_
