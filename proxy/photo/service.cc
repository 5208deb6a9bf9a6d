#include "proxy/photo/service.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "proxy/photo/freshness.h"
#include "proxy/photo/name.h"

namespace likeness::photo {

using cache::Meta;

std::optional<Outcome> find_fresh(cache::MemoryCache& memory, const cache::Vouch& vouch,
                                  const FreshnessSettings& settings, std::string_view photo,
                                  const Ask& ask, WallClock::time_point wall,
                                  Clock::time_point now) {
  const PictureName name(ask);
  auto found = memory.find(photo, name.chooser());
  if (!found.meta || freshness(*found.meta, wall, settings) != Freshness::fresh ||
      !vouch.covers(found.meta->learnt, now, found.meta->shared))
    return std::nullopt;
  if (found.meta->status != Meta::Status::photo) {
    const bool none = found.meta->status == Meta::Status::no_photo;
    return std::unexpected(Failure{{none ? Errc::no_photo : found.meta->failure, {}, {}},
                                   Via::memory,
                                   found.meta->fetched,
                                   found.meta->fresh_until,
                                   false});
  }
  if (!found.picture && ask.kind != Ask::Kind::meta) return std::nullopt;
  return Found{std::move(found.meta), std::move(found.picture), Via::memory, false, false};
}

std::optional<Outcome> Service::find(std::string_view photo, const Ask& ask,
                                     WallClock::time_point wall, Clock::time_point now) const {
  return find_fresh(memory_, vouch_, freshness_, photo, ask, wall, now);
}

void Service::get(Loop& here, std::string photo, const Ask& ask, Flights::Done done,
                  origin::Credentials caller) {
  const Home& home = home_of(photo);
  if (home.loop == &here) {
    home.flights->get(photo, ask, std::move(done), caller);
    return;
  }
  home.loop->post([&here, &home, photo = std::move(photo), ask, done = std::move(done),
                   caller = std::move(caller)]() mutable {
    auto back = [&here, done = std::move(done)](Outcome outcome) mutable {
      here.post([done = std::move(done), outcome = std::move(outcome)]() mutable {
        done(std::move(outcome));
      });
    };
    home.flights->get(photo, ask, std::move(back), caller);
  });
}

namespace {

// Calls `done` on `here` when all that it waits for has reported, from whichever loop.
class Gathering {
 public:
  Gathering(Loop& here, std::size_t expected, Service::Forgotten done)
      : here_(here), left_(expected), done_(std::move(done)) {}

  static void report(const std::shared_ptr<Gathering>& to, Result<void> result) {
    to->here_.post([to, result = std::move(result)]() mutable {
      if (!result) to->result_ = std::move(result);
      if (--to->left_ == 0) to->done_(std::move(to->result_));
    });
  }

 private:
  Loop& here_;
  std::size_t left_;
  Service::Forgotten done_;
  Result<void> result_;
};

}  // namespace

void Service::forget(Loop& here, std::vector<std::string> photos, Forgotten done) {
  if (photos.empty()) return here.post([then = std::move(done)]() mutable { then({}); });
  auto gathering = std::make_shared<Gathering>(here, photos.size(), std::move(done));
  for (std::string& photo : photos) {
    const Home& home = home_of(photo);
    home.loop->post([&home, gathering, photo = std::move(photo)] {
      home.flights->forget(photo, [gathering](Result<void> result) {
        Gathering::report(gathering, std::move(result));
      });
    });
  }
}

void Service::forget_all(Loop& here, const std::string& photos, Forgotten done) {
  auto again = [this, &here, photos, done = std::move(done)](Result<void> result) mutable {
    // What was still in the store may have come back in between.
    forget_all_here(here, photos, [result = std::move(result), done = std::move(done)]() mutable {
      done(std::move(result));
    });
  };
  forget_all_here(here, photos, [this, &here, photos, again = std::move(again)]() mutable {
    const Home& first = homes_.front();
    first.loop->post([&here, &first, photos, again = std::move(again)]() mutable {
      first.flights->erase_stored(photos, [&here, again = std::move(again)](auto result) mutable {
        here.post([again = std::move(again), result = std::move(result)]() mutable {
          again(std::move(result));
        });
      });
    });
  });
}

void Service::forget_all_here(Loop& here, const std::string& photos, Loop::Task done) {
  auto gathering = std::make_shared<Gathering>(
      here, homes_.size(), [then = std::move(done)](Result<void>) mutable { then(); });
  for (const Home& home : homes_) {
    home.loop->post([&home, gathering, photos] {
      home.flights->forget_all_here(photos);
      Gathering::report(gathering, {});
    });
  }
}

// All of it lives on `here`, but for `wanted`, which all loops call.
struct Service::Search {
  Loop& here;
  cache::Store::Wanted wanted;
  Found done;
  std::vector<std::string> photos = {};
  std::size_t shard = 0;
  std::size_t left = 0;

  void add(std::vector<std::string> more) {
    photos.insert(photos.end(), std::move_iterator(more.begin()), std::move_iterator(more.end()));
  }
};

void Service::find_all(Loop& here, cache::Store::Wanted wanted, Found done) {
  here.post([this, search = std::make_shared<Search>(Search{
                       .here = here, .wanted = std::move(wanted), .done = std::move(done)})] {
    search_memory(search);
  });
}

// A shard a turn.
void Service::search_memory(const std::shared_ptr<Search>& search) {
  if (search->shard == memory_.shard_count()) return search_flights(search);
  auto photos = memory_.photos(search->shard++);
  std::erase_if(photos, [&](const std::string& photo) { return !search->wanted(photo); });
  search->add(std::move(photos));
  search->here.post([this, search] { search_memory(search); });
}

void Service::search_flights(const std::shared_ptr<Search>& search) {
  search->left = homes_.size();
  for (const Home& home : homes_) {
    home.loop->post([this, &home, search] {
      search->here.post(
          [this, search, found = home.flights->find_flying(search->wanted)]() mutable {
            search->add(std::move(found));
            if (--search->left == 0) search_store(search);
          });
    });
  }
}

void Service::search_store(const std::shared_ptr<Search>& search) {
  const Home& first = homes_.front();
  first.loop->post([&first, search] {
    first.flights->find_stored(search->wanted, [search](auto found) {
      search->here.post([search, found = std::move(found)]() mutable {
        const Result<void> searched = found ? Result<void>() : std::unexpected(found.error());
        if (found) search->add(std::move(*found));
        std::ranges::sort(search->photos);
        const auto twice = std::ranges::unique(search->photos);
        search->photos.erase(twice.begin(), twice.end());
        search->done(std::move(search->photos), searched);
      });
    });
  });
}

void Service::inspect(Loop& here, std::string photo,
                      std::move_only_function<void(Inspection)> done) {
  const std::size_t index = index_of(photo);
  homes_[index].loop->post(
      [this, &here, index, photo = std::move(photo), done = std::move(done)]() mutable {
        homes_[index].flights->inspect(
            photo, [&here, index, done = std::move(done)](auto seen) mutable {
              seen.loop = index;
              here.post([done = std::move(done), seen = std::move(seen)]() mutable {
                done(std::move(seen));
              });
            });
      });
}

void Service::changed(std::vector<std::string> photos) {
  std::vector<std::vector<std::string>> of_home(homes_.size());
  for (std::string& photo : photos) of_home[index_of(photo)].push_back(std::move(photo));
  for (std::size_t i = 0; i < homes_.size(); ++i) {
    if (of_home[i].empty()) continue;
    homes_[i].loop->post([&home = homes_[i], changed = std::move(of_home[i])] {
      for (const std::string& photo : changed) home.flights->changed(photo);
    });
  }
}

void Service::all_changed() {
  memory_.clear();
  for (const Home& home : homes_) home.loop->post([&home] { home.flights->forget_all_here(""); });
}

std::size_t Service::index_of(std::string_view photo) const {
  return std::hash<std::string_view>{}(photo) % homes_.size();
}

const Service::Home& Service::home_of(std::string_view photo) const {
  return homes_[index_of(photo)];
}

}  // namespace likeness::photo
