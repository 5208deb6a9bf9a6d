#include "proxy/photo/service.h"

#include <functional>
#include <utility>

#include "proxy/photo/freshness.h"
#include "proxy/photo/name.h"

namespace likeness::photo {

using cache::Meta;

std::optional<Outcome> Service::find(std::string_view photo, const Ask& ask) const {
  const PictureName name(ask);
  auto memory = memory_.find(photo, name.chooser());
  if (!memory.meta || freshness(*memory.meta, WallClock::now(), freshness_) != Freshness::fresh)
    return std::nullopt;
  if (memory.meta->status != Meta::Status::photo) {
    const bool none = memory.meta->status == Meta::Status::no_photo;
    return std::unexpected(Failure{{none ? Errc::no_photo : memory.meta->failure, {}, {}},
                                   Via::memory,
                                   memory.meta->fetched,
                                   memory.meta->fresh_until});
  }
  if (!memory.picture && ask.kind != Ask::Kind::meta) return std::nullopt;
  return Found{std::move(memory.meta), std::move(memory.picture), Via::memory, false, false};
}

void Service::get(Loop& here, std::string photo, const Ask& ask, Flights::Done done) {
  const Home& home = home_of(photo);
  if (home.loop == &here) {
    home.flights->get(photo, ask, std::move(done));
    return;
  }
  home.loop->post([&here, &home, photo = std::move(photo), ask, done = std::move(done)]() mutable {
    home.flights->get(photo, ask, [&here, done = std::move(done)](Outcome outcome) mutable {
      here.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
        done(std::move(outcome));
      });
    });
  });
}

void Service::forget(const std::string& photo) {
  const Home& home = home_of(photo);
  memory_.erase(photo);
  // A flight may remember what it has just learnt until its loop has seen this.
  home.loop->post([this, &home, photo] {
    home.flights->detach(photo);
    memory_.erase(photo);
  });
}

const Service::Home& Service::home_of(std::string_view photo) const {
  return homes_[std::hash<std::string_view>{}(photo) % homes_.size()];
}

}  // namespace likeness::photo
