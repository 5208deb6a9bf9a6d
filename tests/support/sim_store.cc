#include "tests/support/sim_store.h"

namespace likeness::test {

using cache::Peeked;
using cache::StoredRecord;
using Records = std::map<std::string, SimRedis::Record>;

SimRedis::Record* SimRedis::find(const std::string& photo) {
  const auto found = records_.find(photo);
  return found == records_.end() ? nullptr : &found->second;
}

std::vector<std::string> SimRedis::photos(const cache::Store::Wanted& wanted) const {
  std::vector<std::string> found;
  for (const auto& [photo, record] : records_)
    if (wanted(photo)) found.push_back(photo);
  return found;
}

void SimRedis::change(const std::string& photo, const std::function<void(Records&)>& how) {
  how(records_);
  lag_.emplace_back(now, how);
  for (const auto& feed : feeds) feed(photo);
}

void SimRedis::erase(const std::string& photo) {
  if (records_.contains(photo)) change(photo, [photo](Records& all) { all.erase(photo); });
}

void SimRedis::expire() {
  std::vector<std::string> ended;
  for (const auto& [photo, record] : records_)
    if (record.ends <= now) ended.push_back(photo);
  for (const auto& photo : ended) erase(photo);
}

void SimRedis::replicate(Clock::time_point until) {
  while (!lag_.empty() && lag_.front().first <= until) {
    lag_.front().second(replica_);
    lag_.pop_front();
  }
}

void SimRedis::fail_over(std::size_t lost) {
  while (lag_.size() > lost) {
    lag_.front().second(replica_);
    lag_.pop_front();
  }
  lag_.clear();
  records_ = replica_;
}

void SimRedis::clear() {
  records_.clear();
  replica_.clear();
  lag_.clear();
}

template <class T>
void SimStore::send(Done<T> done, std::function<Result<T>()> run) {
  auto held = std::make_shared<Done<T>>(std::move(done));
  auto lose = [held] { (*held)(fail(Errc::store_unavailable, "lost")); };
  if (!connected_) {
    refusals_.emplace_back(std::move(lose));
    return;
  }
  commands_.push_back({[held, run = std::move(run)]() -> std::move_only_function<void()> {
                         return [held, result = run()]() mutable { (*held)(std::move(result)); };
                       },
                       std::move(lose)});
}

void SimStore::look_up(std::string_view photo, const std::vector<std::string>& names,
                       Done<StoredRecord> done) {
  send<StoredRecord>(std::move(done), [this, photo = std::string(photo), names] {
    redis_.expire();
    StoredRecord found;
    found.pictures.resize(names.size());
    const auto* record = redis_.find(photo);
    if (record == nullptr || !record->meta) return found;
    auto meta = std::make_shared<cache::Meta>(*record->meta);
    meta->span = record->span;
    found.meta = std::move(meta);
    for (std::size_t i = 0; i < names.size(); ++i)
      if (const auto picture = record->pictures.find(names[i]); picture != record->pictures.end())
        found.pictures[i] = picture->second;
    return found;
  });
}

void SimStore::claim(std::string_view photo, milliseconds lease, Done<cache::Claimed> done) {
  send<cache::Claimed>(
      std::move(done), [this, photo = std::string(photo), lease]() -> cache::Claimed {
        redis_.expire();
        const auto now = redis_.now;
        const auto stamp = redis_.stamp();
        const auto* record = redis_.find(photo);
        if (record != nullptr && !record->claim.empty() && record->claim_ends > now)
          return {stamp, {}};
        const std::string token = std::to_string(++redis_.last_token);
        redis_.change(photo, [=](Records& all) {
          const bool is_new = !all.contains(photo);
          auto& claimed = all[photo];
          claimed.claim = token;
          claimed.claimed = stamp;
          claimed.claim_ends = now + lease;
          claimed.ends = is_new ? now + lease : std::max(claimed.ends, now + lease);
        });
        return {stamp, token};
      });
}

void SimStore::fill(std::string_view photo, const cache::FillToken& token, const Write& write,
                    Done<cache::Filled> done) {
  send<cache::Filled>(
      std::move(done), [this, photo = std::string(photo), token, write]() -> cache::Filled {
        redis_.expire();
        const auto stamp = redis_.stamp();
        const auto* record = redis_.find(photo);
        if (record == nullptr || record->claim != token) return {stamp, false, false};
        const bool replaced = record->meta && record->meta->version != write.meta.version;
        redis_.change(photo, [=, ends = redis_.now + write.life](Records& all) {
          auto& filled = all[photo];
          if (!filled.meta || write.meta.version.empty() ||
              filled.meta->version != write.meta.version)
            filled.pictures.clear();
          filled.meta = write.meta;
          for (const auto& [name, picture] : write.pictures)
            filled.pictures.try_emplace(name, picture);
          filled.span = {filled.claimed, stamp};
          filled.claim.clear();
          filled.ends = ends;
        });
        return {stamp, true, replaced};
      });
}

void SimStore::renew(std::string_view photo, const cache::FillToken& token, milliseconds lease) {
  send<bool>([](auto) {},
             [this, photo = std::string(photo), token, lease] {
               redis_.expire();
               const auto* record = redis_.find(photo);
               if (record == nullptr || record->claim != token) return false;
               redis_.change(photo, [=, now = redis_.now](Records& all) {
                 auto& held = all[photo];
                 if (lease.count() == 0) {
                   held.claim.clear();
                   if (!held.meta) all.erase(photo);
                   return;
                 }
                 held.claim_ends = now + lease;
                 held.ends = std::max(held.ends, now + lease);
               });
               return true;
             });
}

void SimStore::release(std::string_view photo, const cache::FillToken& token) {
  renew(photo, token, milliseconds(0));
}

void SimStore::put_picture(std::string_view photo, std::string_view name,
                           const cache::PicturePtr& picture, std::string_view instead_of,
                           Done<bool> done) {
  send<bool>(std::move(done), [this, photo = std::string(photo), name = std::string(name), picture,
                               instead_of = std::string(instead_of)] {
    redis_.expire();
    const auto* record = redis_.find(photo);
    if (record == nullptr || !record->meta || record->meta->version != picture->version)
      return false;
    redis_.change(photo, [=](Records& all) {
      all[photo].pictures.try_emplace(name, picture);
      all[photo].pictures.erase(instead_of);
    });
    return true;
  });
}

void SimStore::peek(std::string_view photo, Done<Peeked> done) {
  send<Peeked>(std::move(done), [this, photo = std::string(photo)] {
    redis_.expire();
    Peeked peeked;
    if (const auto* record = redis_.find(photo)) {
      if (record->meta) peeked.version = record->meta->version;
      peeked.claim = record->claim;
    }
    return peeked;
  });
}

void SimStore::list(std::string_view photo, Done<cache::Listing> done) {
  send<cache::Listing>(std::move(done), [this, photo = std::string(photo)] {
    redis_.expire();
    cache::Listing listing;
    if (const auto* record = redis_.find(photo)) {
      if (record->meta) listing.meta = std::make_shared<const cache::Meta>(*record->meta);
      for (const auto& [name, picture] : record->pictures)
        listing.pictures.emplace_back(name, picture->bytes->size());
      listing.life = std::chrono::floor<milliseconds>(record->ends - redis_.now);
      listing.claimed = !record->claim.empty();
    }
    return listing;
  });
}

void SimStore::erase(std::string_view photo, const cache::Spared& spared, Done<cache::Stamp> done) {
  send<cache::Stamp>(std::move(done), [this, photo = std::string(photo), spared] {
    redis_.expire();
    const auto stamp = redis_.stamp();
    const auto* record = redis_.find(photo);
    if (record == nullptr) return stamp;
    const auto is_new = [&](cache::Stamp asked) {
      return spared.asked_since && asked >= *spared.asked_since;
    };
    const bool claim_stays = !record->claim.empty() && is_new(record->claimed);
    const bool stays = record->meta
                           ? is_new(record->span.asked) || record->meta->version == spared.version
                           : claim_stays;
    if (!stays) {
      redis_.erase(photo);
    } else if (!record->claim.empty() && !claim_stays) {
      redis_.change(photo, [photo](Records& all) { all[photo].claim.clear(); });
    }
    return stamp;
  });
}

void SimStore::erase_all(std::string_view, Done<void> done) {
  send<void>(std::move(done), [this]() -> Result<void> {
    redis_.clear();
    return {};
  });
}

void SimStore::find_all(Wanted wanted, Done<std::vector<std::string>> done) {
  send<std::vector<std::string>>(
      std::move(done), [this, wanted = std::move(wanted)]() -> Result<std::vector<std::string>> {
        return redis_.photos(wanted);
      });
}

bool SimStore::arrive() {
  if (commands_.empty()) return false;
  Command command = std::move(commands_.front());
  commands_.pop_front();
  answers_.emplace_back(command.run(), std::move(command.lose));
  return true;
}

bool SimStore::answer() {
  if (!refusals_.empty()) {
    const auto refuse =
        std::make_shared<std::move_only_function<void()>>(std::move(refusals_.front()));
    refusals_.pop_front();
    (*refuse)();
    return true;
  }
  if (answers_.empty()) return false;
  auto [answer, lose] = std::move(answers_.front());
  answers_.pop_front();
  answer();
  return true;
}

void SimStore::settle() {
  while (arrive() || answer()) {
  }
}

void SimStore::disconnect() {
  connected_ = false;
  for (auto& [answer, lose] : answers_) refusals_.push_back(std::move(lose));
  for (auto& command : commands_) refusals_.push_back(std::move(command.lose));
  answers_.clear();
  commands_.clear();
}

}  // namespace likeness::test
