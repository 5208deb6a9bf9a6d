#include "proxy/photo/newest.h"

#include <utility>

namespace likeness::photo {
namespace {

std::optional<cache::Stamp> filled(const cache::Meta& meta) {
  return meta.span ? std::optional(meta.span->filled) : std::nullopt;
}

}  // namespace

const Newest::Note* Newest::find(std::string_view photo, Clock::time_point now) const {
  const auto found = notes_.find(std::string(photo));
  return found == notes_.end() || found->second.until <= now ? nullptr : &found->second;
}

bool Newest::may_show(std::string_view photo, const cache::Meta& stored,
                      Clock::time_point now) const {
  const Note* note = find(photo, now);
  if (note == nullptr || note->version == stored.version) return true;
  return note->stamp && stored.span && stored.span->asked >= *note->stamp;
}

void Newest::stored(std::string_view photo, const cache::Meta& stored, Clock::time_point now,
                    Clock::time_point until) {
  const Moment known = moment();
  note(photo, {stored.version, false, known, filled(stored), known, false, until, 0}, now);
}

Newest::Order Newest::fetched(std::string_view photo, std::string_view version, Moment asked,
                              Clock::time_point now, Clock::time_point until) {
  const Note* before = find(photo, now);
  if (before == nullptr || asked > before->asked) {
    note(photo, {std::string(version), true, asked, std::nullopt, moment(), false, until, 0}, now);
    return Order::newer;
  }
  if (before->version == version) return Order::newer;
  if (before->fetched) return Order::older;
  note(photo, {std::nullopt, false, before->asked, std::nullopt, moment(), false, until, 0}, now);
  return Order::unknown;
}

void Newest::expelled(std::string_view photo, Clock::time_point now, Clock::time_point until) {
  const Moment known = moment();
  note(photo, {std::nullopt, false, known, std::nullopt, known, true, until, 0}, now);
}

void Newest::outdated(std::string_view photo, const cache::Meta& known, Clock::time_point now,
                      Clock::time_point until) {
  const Note* before = find(photo, now);
  if (before != nullptr && before->version != known.version) return;
  const Moment here = moment();
  Note next =
      before != nullptr ? *before : Note{{}, false, here, filled(known), here, false, until, 0};
  next.version.reset();
  next.fetched = false;
  note(photo, std::move(next), now);
}

void Newest::told(std::string_view photo, Moment sent, cache::Stamp stamp,
                  Clock::time_point until) {
  const auto found = notes_.find(std::string(photo));
  if (found == notes_.end() || found->second.stamp || found->second.known > sent) return;
  Note next = found->second;
  next.stamp = stamp;
  next.until = until;
  note(photo, std::move(next), until);
}

void Newest::remind(std::string_view photo) {
  const auto found = notes_.find(std::string(photo));
  if (found != notes_.end()) found->second.remind = true;
}

void Newest::for_each_reminder(
    Clock::time_point now,
    const std::function<void(const std::string& photo, const Note& note)>& visit) const {
  for (const auto& [photo, note] : notes_)
    if (note.remind && note.until > now) visit(photo, note);
}

void Newest::note(std::string_view photo, Note note, Clock::time_point now) {
  if (const Note* before = find(photo, now)) note.remind = note.remind || before->remind;
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
