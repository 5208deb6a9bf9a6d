#include "proxy/photo/changes.h"

#include <algorithm>
#include <utility>

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
  if (memory->shared) newest_.is_not(photo, memory->version, loop_.now() + kSettled);
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
  newest_.is_not(photo, std::nullopt, loop_.now() + record_life_);
  const auto number = remind_until(name, loop_.now() + record_life_);
  erase(name, number, std::move(done));
}

void Changes::erase(const std::string& photo, std::uint64_t number, cache::Store::Done<void> done) {
  store_->erase(photo, [this, photo, number, then = std::move(done)](auto erased) mutable {
    if (!erased) return then(std::unexpected(erased.error()));
    const auto reminder = forgotten_.find(photo);
    const bool is_last = reminder != forgotten_.end() && reminder->second.number == number;
    if (is_last) {
      // From now on only what was there before may come back, by a failover.
      reminder->second.until = loop_.now() + kSettled;
      if (newest_.distrusts_all(photo)) {
        newest_.forget(photo);
        if (*erased) newest_.is_not(photo, std::move(*erased), loop_.now() + kSettled);
      }
    }
    then({});
  });
}

std::uint64_t Changes::remind_until(const std::string& photo, Clock::time_point until) {
  if (forgotten_.size() >= prune_at_) {
    std::erase_if(forgotten_, [&](const auto& one) { return one.second.until <= loop_.now(); });
    prune_at_ = std::max<std::size_t>(1'024, 2 * forgotten_.size());
  }
  if (forgotten_.size() < Newest::kMost || forgotten_.contains(photo))
    forgotten_.insert_or_assign(photo, Reminder{until, ++last_forgotten_});
  return last_forgotten_;
}

void Changes::store_is_back() {
  const auto now = loop_.now();
  newest_.prune(now);
  std::erase_if(forgotten_, [&](const auto& one) { return one.second.until <= now; });
  for (const auto& [photo, reminder] : forgotten_) erase(photo, reminder.number, [](auto) {});
}

bool Changes::may_show(std::string_view photo, const cache::Meta& stored) {
  return newest_.may_be(photo, stored.version, loop_.now());
}

void Changes::learnt(std::string_view photo, const std::string& version) {
  if (store_ == nullptr) return;
  newest_.prune(loop_.now());
  newest_.is(photo, version, loop_.now() + record_life_);
}

void Changes::filled(std::string_view photo, const std::string& version,
                     const Result<bool>& result) {
  const auto filling = filling_.find(std::string(photo));
  const bool overtaken = filling->second.overtaken;
  if (--filling->second.count == 0) filling_.erase(filling);
  if (overtaken) return;
  // Whatever was compared meanwhile was not decided.
  if (!result) return changed(photo);
  if (*result) return newest_.is(photo, version, loop_.now() + kSettled);
  // It was forgotten or replaced while it was being fetched: which of the two is older the origin
  // alone can tell, and it will be asked.
  drop(std::string(photo));
}

void Changes::shown(std::string_view photo, const cache::Meta& stored, WallClock::time_point now) {
  newest_.prune(loop_.now());
  if (now - stored.fetched < kSettled) newest_.is(photo, stored.version, loop_.now() + kSettled);
}

void Changes::shown_only(std::string_view photo, const std::string& version) {
  if (store_ == nullptr || !newest_.may_be(photo, version, loop_.now())) return;
  newest_.is(photo, version, loop_.now() + record_life_);
}

void Changes::doubted(std::string_view photo, const std::string& version) {
  newest_.is(photo, version, loop_.now() + kSettled);
}

}  // namespace likeness::photo
