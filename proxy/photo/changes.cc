#include "proxy/photo/changes.h"

#include <utility>
#include <vector>

namespace likeness::photo {
namespace {

// What a failover may lose: a replica lags behind by less, or it is not fit to take over.
constexpr seconds kSettled{60};

}  // namespace

Changes::Changes(Loop& loop, cache::MemoryCache& memory, cache::Store* store,
                 milliseconds record_life, Flying flying)
    : loop_(loop),
      memory_(memory),
      store_(store),
      record_life_(record_life),
      flying_(std::move(flying)) {}

void Changes::changed(std::string_view photo) {
  if (store_ == nullptr) return;
  if (!memory_.peek(photo) && !flying_.is_flying(photo)) return;
  const auto [known, is_new] = comparing_.emplace(photo, false);
  if (is_new) return compare(known->first);
  known->second = true;
}

void Changes::compare(const std::string& photo) {
  store_->peek(photo, [this, photo](Result<cache::Peeked> stored) {
    const auto known = comparing_.find(photo);
    const bool again = std::exchange(known->second, false);
    if (!again) comparing_.erase(known);
    compared(photo, stored);
    if (again) compare(photo);
  });
}

void Changes::compared(const std::string& photo, const Result<cache::Peeked>& stored) {
  if (!stored) return drop(photo);
  if (filling_.contains(photo)) return;
  if (!flying_.compare(photo, *stored)) flying_.detach(photo);
  const auto memory = memory_.peek(photo);
  if (!memory || memory->version == stored->version) return;
  // What the store never had it cannot have moved on from.
  if (memory->shared) newest_.outdated(photo, *memory, loop_.now(), loop_.now() + kSettled);
  memory_.erase(photo);
}

void Changes::drop(const std::string& photo) {
  flying_.detach(photo);
  memory_.erase(photo);
}

void Changes::forget(std::string_view photo, cache::Store::Done<void> done) {
  std::string name(photo);
  drop(name);
  if (store_ == nullptr) {
    return loop_.post([then = std::move(done)]() mutable { then({}); });
  }
  if (const auto filling = filling_.find(name); filling != filling_.end())
    filling->second.overtaken = true;
  newest_.expelled(photo, loop_.now(), unsettled());
  erase(name, {}, std::move(done));
}

// From then on only what was there before may come back, by a failover.
void Changes::erase(const std::string& photo, const cache::Spared& spared,
                    cache::Store::Done<void> done) {
  store_->erase(
      photo, spared,
      [this, photo, sent = newest_.moment(), then = std::move(done)](auto erased) mutable {
        if (!erased) return then(std::unexpected(erased.error()));
        newest_.told(photo, sent, *erased, loop_.now() + kSettled);
        then({});
      });
}

void Changes::store_is_back() {
  newest_.prune(loop_.now());
  std::vector<std::pair<std::string, cache::Spared>> reminders;
  newest_.for_each_reminder(loop_.now(), [&](const auto& photo, const auto& note) {
    reminders.push_back({photo, {note.stamp, note.version}});
  });
  for (const auto& [photo, spared] : reminders) erase(photo, spared, [](auto) {});
}

void Changes::recalled(std::string_view photo, const cache::Meta& meta) {
  const auto now = loop_.now();
  if (!notes_matter() || meta.status == cache::Meta::Status::failed ||
      newest_.find(photo, now) != nullptr)
    return;
  newest_.stored(photo, meta, now, now + kSettled);
}

bool Changes::may_show(std::string_view photo, const cache::Meta& stored) const {
  return stored.status == cache::Meta::Status::failed ||
         newest_.may_show(photo, stored, loop_.now());
}

void Changes::shown(std::string_view photo, const cache::Meta& stored, WallClock::time_point now) {
  newest_.prune(loop_.now());
  if (stored.status == cache::Meta::Status::failed) return;
  // A record that is old enough survives a failover.
  if (now - stored.fetched < kSettled || newest_.find(photo, loop_.now()) != nullptr)
    newest_.stored(photo, stored, loop_.now(), loop_.now() + kSettled);
}

Newest::Order Changes::fetched(std::string_view photo, const cache::Meta& meta,
                               Newest::Moment asked) {
  newest_.prune(loop_.now());
  // An error says nothing about the photo.
  if (!notes_matter() || meta.status == cache::Meta::Status::failed) return Newest::Order::newer;
  return newest_.fetched(photo, meta.version, asked, loop_.now(), unsettled());
}

void Changes::claimed(std::string_view photo, Newest::Moment sent, cache::Stamp stamp) {
  newest_.told(photo, sent, stamp, unsettled());
}

void Changes::filled(std::string_view photo, const std::string& version, Newest::Moment sent,
                     const Result<cache::Filled>& result) {
  const auto filling = filling_.find(std::string(photo));
  const bool overtaken = filling->second.overtaken;
  if (--filling->second.count == 0) filling_.erase(filling);
  if (result)
    newest_.told(photo, sent, result->now, result->written ? loop_.now() + kSettled : unsettled());
  if (overtaken) return;
  // Whatever was compared meanwhile was not decided.
  if (!result) return changed(photo);
  // It was forgotten or replaced while it was being fetched: which of the two is older the origin
  // alone can tell, and it will be asked.
  if (!result->written) return drop(std::string(photo));
  if (result->replaced) newest_.remind(photo);
  if (const auto memory = memory_.peek(photo); memory && memory->version == version) {
    auto known = std::make_shared<cache::Meta>(*memory);
    known->span = cache::Span{{}, result->now};
    memory_.put_meta(photo, std::move(known));
  }
}

std::optional<std::string> Changes::newest(std::string_view photo) const {
  const auto* note = newest_.find(photo, loop_.now());
  return note != nullptr ? std::optional(note->version.value_or("")) : std::nullopt;
}

// Until when to be careful with what no store has confirmed.
Clock::time_point Changes::unsettled() const {
  return loop_.now() + (store_ != nullptr ? record_life_ : kSettled);
}

bool Changes::notes_matter() const { return store_ != nullptr || flying_.any_detached(); }

}  // namespace likeness::photo
