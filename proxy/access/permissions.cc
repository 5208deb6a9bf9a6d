#include "proxy/access/permissions.h"

#include <fmt/format.h>

#include <cstring>
#include <random>
#include <utility>

#include "proxy/photo/id.h"
#include "proxy/telemetry/log.h"

namespace likeness::access {
namespace {

std::string random_secret() {
  std::random_device random;
  std::string secret;
  for (int i = 0; i < 32; ++i) secret += static_cast<char>(random() & 0xffU);
  return secret;
}

std::int64_t nanoseconds(Clock::duration time) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(time).count();
}

}  // namespace

struct Permissions::Desk {
  Loop* loop;
  origin::Origin* origin;
  std::map<RecentKey, std::vector<Done>> waiting{};
};

Permissions::Permissions(const AccessSettings& settings, cache::MemoryCache& memory,
                         const std::vector<Home>& homes)
    : right_ttl_(settings.right_ttl),
      denial_ttl_(settings.denial_ttl),
      memory_(memory),
      secret_(random_secret()),
      words_(static_cast<std::size_t>(settings.max_rights)) {
  for (const Home& home : homes)
    desks_.push_back(std::make_unique<Desk>(Desk{home.loop, home.origin}));
}

Permissions::~Permissions() = default;

// Lengths first, so that no two proofs and photos read as one text.
RecentKey Permissions::key(const Proof& caller, std::string_view photo) const {
  const std::array<std::size_t, 2> sizes{caller.authorization.size(), caller.cookie.size()};
  const std::string_view head(reinterpret_cast<const char*>(sizes.data()), sizeof sizes);
  const proof::Digest digest = secret_.mac({head, caller.authorization, caller.cookie, photo});
  RecentKey key;
  std::memcpy(key.data(), digest.data(), sizeof key);
  return key;
}

std::string Permissions::own_photo(const Proof& caller) const {
  const RecentKey digest = key(caller, "me");
  return fmt::format("{}{:016x}{:016x}", photo::kOwnPrefix, digest[0], digest[1]);
}

std::optional<Permissions::Answer> Permissions::find(const Proof& caller, std::string_view photo,
                                                     Clock::time_point now) {
  return known(key(caller, photo), now);
}

std::optional<Permissions::Answer> Permissions::known(const RecentKey& about,
                                                      Clock::time_point now) {
  const auto word = words_.find(about, nanoseconds(now.time_since_epoch()));
  if (!word) return std::nullopt;
  if (word->yes) return Answer();
  return fail(word->why);
}

void Permissions::ask(Loop& here, const origin::Credentials& caller, const std::string& photo,
                      Done done) {
  const RecentKey about = key({caller.authorization, caller.cookie}, photo);
  Desk& desk = *desks_[std::hash<std::string_view>{}(photo) % desks_.size()];
  desk.loop->post([this, &desk, &here, about, caller, photo, done = std::move(done)]() mutable {
    look_into(desk, about, caller, photo, [&here, done = std::move(done)](Answer answer) mutable {
      here.post([done = std::move(done), answer = std::move(answer)]() mutable {
        done(std::move(answer));
      });
    });
  });
}

void Permissions::look_into(Desk& desk, const RecentKey& about, const origin::Credentials& caller,
                            const std::string& photo, Done done) {
  // Somebody else's question may have been answered meanwhile.
  if (auto answer = known(about, Clock::now())) return done(*std::move(answer));
  auto& waiting = desk.waiting[about];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  const auto meta = memory_.find(photo, std::string_view()).meta;
  const origin::Validators have =
      meta ? origin::Validators{meta->origin_etag, meta->origin_last_modified}
           : origin::Validators{};
  desk.origin->check(
      photo::origin_name(photo), have, caller, [this, &desk, about](const Answer& answer) {
        if (!answer && answer.error().code != Errc::origin_refused)
          log::debug("access: the origin was asked whether a caller may see a photo: {} ({})",
                     answer.error().detail, name(answer.error().code));
        learn(about, answer, Clock::now());
        for (auto waiters = std::move(desk.waiting.extract(about).mapped()); Done & one : waiters)
          one(answer);
      });
}

// Only the origin's own yes and no are remembered.
void Permissions::learn(const RecentKey& about, const Answer& answer, Clock::time_point now) {
  const bool no = !answer && (answer.error().code == Errc::origin_refused ||
                              answer.error().code == Errc::unauthorized ||
                              answer.error().code == Errc::no_photo);
  if (!answer && !no) return;
  words_.with(about, [&](auto& slot) {
    slot.until = nanoseconds(now.time_since_epoch() + (answer ? right_ttl_ : denial_ttl_));
    slot.value = {answer.has_value(), answer ? Errc::internal : answer.error().code};
  });
}

}  // namespace likeness::access
