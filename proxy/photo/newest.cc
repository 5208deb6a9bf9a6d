#include "proxy/photo/newest.h"

#include <utility>

namespace likeness::photo {

void Newest::is(std::string_view photo, std::string_view version, Clock::time_point until) {
  note(photo, {true, std::string(version), until, 0});
}

void Newest::is_not(std::string_view photo, std::optional<std::string> version,
                    Clock::time_point until) {
  note(photo, {false, std::move(version), until, 0});
}

void Newest::forget(std::string_view photo) { notes_.erase(std::string(photo)); }

bool Newest::may_be(std::string_view photo, std::string_view version, Clock::time_point now) const {
  const auto found = notes_.find(std::string(photo));
  if (found == notes_.end() || found->second.until <= now) return true;
  const Note& note = found->second;
  if (!note.version) return false;
  return (*note.version == version) == note.positive;
}

bool Newest::distrusts_all(std::string_view photo) const {
  const auto found = notes_.find(std::string(photo));
  return found != notes_.end() && !found->second.version;
}

void Newest::note(std::string_view photo, Note note) {
  note.number = ++last_number_;
  order_.emplace_back(note.number, photo);
  notes_.insert_or_assign(std::string(photo), std::move(note));
  // Twice: of photos that are noted again and again only the last place counts.
  while (notes_.size() > kMost || order_.size() > 2 * kMost) {
    const auto& [number, oldest] = order_.front();
    if (const auto found = notes_.find(oldest);
        found != notes_.end() && found->second.number == number)
      notes_.erase(found);
    order_.pop_front();
  }
}

void Newest::prune(Clock::time_point now) {
  while (!order_.empty()) {
    const auto& [number, oldest] = order_.front();
    const auto found = notes_.find(oldest);
    const bool current = found != notes_.end() && found->second.number == number;
    if (current && found->second.until > now) return;
    if (current) notes_.erase(found);
    order_.pop_front();
  }
}

}  // namespace likeness::photo
