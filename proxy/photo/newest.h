#ifndef LIKENESS_PROXY_PHOTO_NEWEST_H_
#define LIKENESS_PROXY_PHOTO_NEWEST_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "cache/record.h"
#include "config/base/time.h"

namespace likeness::photo {

// What a loop has last known of photos that changed lately, or whose change the store has not
// confirmed: which version, and since when nothing that was asked of the origin before may be shown
// any more. The store may have an older one, when it was away as the photo changed, or when a
// replica took over that had not heard of it yet; and of two fetches that overlap nobody can tell
// which saw the newer photo. Whatever is not known to be newer is as good as nothing, and the
// origin is asked.
//
// Two clocks say what was when: this process's for its own fetches, the store's for records. A
// command's answer brings the store's time, and so both meet. This process counts what happens
// instead of measuring time, so that no two moments are the same. Of its own fetches the one that
// began later counts as newer.
//
// Bounded: at kMost photos the ones noted first go. Loop-confined; time is an argument.
class Newest {
 public:
  static constexpr std::size_t kMost = 65'536;

  // A moment of this process: now, later than all before.
  using Moment = std::uint64_t;
  [[nodiscard]] Moment moment() { return ++last_moment_; }

  // The note on a photo; nothing once its time is over.
  struct Note {
    std::optional<std::string> version;  // May be shown whenever it was asked for.
    bool fetched = false;                // By this process, when asked then:
    Moment asked = 0;                    // Others must have been asked for from here on,
    std::optional<cache::Stamp> stamp;   // by the store's clock from here on: if it is known.
    Moment known = 0;                    // What the store answers to later commands tells it.
    bool remind = false;                 // The store may have to be told again.
    Clock::time_point until;
    std::uint64_t number = 0;
  };
  [[nodiscard]] const Note* find(std::string_view photo, Clock::time_point now) const;

  // May what a record says be shown?
  [[nodiscard]] bool may_show(std::string_view photo, const cache::Meta& stored,
                              Clock::time_point now) const;
  // A record that may be shown will be.
  void stored(std::string_view photo, const cache::Meta& stored, Clock::time_point now,
              Clock::time_point until);
  // The origin has said so, when asked then.
  enum class Order : std::uint8_t { newer, older, unknown };
  Order fetched(std::string_view photo, std::string_view version, Moment asked,
                Clock::time_point now, Clock::time_point until);
  // Nothing that is known now may be shown any more.
  void expelled(std::string_view photo, Clock::time_point now, Clock::time_point until);
  // This is no longer the newest, nor what the store had before.
  void outdated(std::string_view photo, const cache::Meta& known, Clock::time_point now,
                Clock::time_point until);
  // A command that was sent then was answered with this time. What was known when it was sent holds
  // until `until`, if that was not sure before.
  void told(std::string_view photo, Moment sent, cache::Stamp stamp, Clock::time_point until);
  void remind(std::string_view photo);

  void for_each_reminder(
      Clock::time_point now,
      const std::function<void(const std::string& photo, const Note& note)>& visit) const;

  [[nodiscard]] std::size_t size() const { return notes_.size(); }
  // Lets go of what ended before `now`, as far as it was noted first.
  void prune(Clock::time_point now);

 private:
  void note(std::string_view photo, Note note, Clock::time_point now);

  std::unordered_map<std::string, Note> notes_;
  std::deque<std::pair<std::uint64_t, std::string>> order_;  // Some are noted again further back.
  std::uint64_t last_number_ = 0;
  Moment last_moment_ = 0;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_NEWEST_H_
