#include <catch2/catch.hpp>
#include <cstdlib>
#include <iostream>
#include <random>
#include <sstream>

#include "proxy/photo/flights.h"
#include "proxy/photo/service.h"
#include "tests/support/fakes.h"
#include "tests/support/sim_loop.h"
#include "tests/support/sim_store.h"

using namespace likeness;
using namespace likeness::photo;
using test::SimRedis;

// Random schedules of a fleet in simulated time: requests, uploads, changes at the origin, answers
// in any order, lost connections, stopped and restarted processes, expiry, operators, failovers.
// Whatever happens, nobody may see an older photo
//   - after the same process has shown, or confirmed the upload of, a newer one;
//   - through any other process, once a confirmed upload is older than the bound.
// LIKENESS_SCHEDULES says how many to try, LIKENESS_SEED where to begin.

namespace {

using std::chrono::hours;

constexpr int kProcesses = 3;
constexpr int kPhotos = 2;
constexpr milliseconds kUnheard{5'000};
constexpr milliseconds kCommandTimeout{250};
// Memory trusts itself for kUnheard, then a comparison may take a command's time, twice where one
// is under way already.
constexpr milliseconds kBound = kUnheard + 3 * kCommandTimeout;

Settings fleet_settings() {
  Settings settings;
  settings.memory.capacity_bytes = 4 * kMiB;
  settings.redis.max_unheard = kUnheard;
  settings.freshness.photo_ttl = seconds(600);
  return settings;
}

int number_in(std::string_view text) { return std::atoi(text.data() + text.rfind('v') + 1); }

// The one place that knows what each photo really is. Every fifth version is "no photo".
struct Truth {
  [[nodiscard]] static bool exists(int version) { return version % 5 != 4; }
  int version[kPhotos] = {1, 1};
  // Of confirmed uploads: what everybody has to see from when on.
  std::vector<std::pair<Clock::time_point, int>> confirmed[kPhotos];

  [[nodiscard]] int due(int photo, Clock::time_point now) const {
    int due = 0;
    for (const auto& [since, uploaded] : confirmed[photo])
      if (since + kBound < now) due = std::max(due, uploaded);
    return due;
  }
};

// One process: a loop, its memory, and its connections.
struct Proxy {
  Proxy(SimRedis& redis, const Clock::time_point& clock, milliseconds skew)
      : loop(clock, skew),
        settings(fleet_settings()),
        memory(settings.memory),
        vouch(settings.redis.max_unheard),
        store(redis),
        flights({loop, memory, &store, vouch, origin,
                 [this](imaging::Job job, imaging::Pool::Done done) {
                   imaging.submit(std::move(job), std::move(done));
                 },
                 metrics},
                settings) {
    vouch.began(clock);
  }

  // What the feed brings: a photo that changed, or, without one, the echo of a sign of life.
  struct News {
    std::string photo;
    Clock::time_point asked;
  };
  // An origin's answer is made when the question arrives, not when it is heard.
  struct Asked {
    bool arrived = false;
    Result<origin::Fetched> answer;
  };

  test::SimLoop loop;
  Settings settings;
  cache::MemoryCache memory;
  cache::Vouch vouch;
  test::SimStore store;
  test::FakeOrigin origin;
  std::deque<Asked> asked;  // One for each of origin.held.
  test::FakeImaging imaging;
  telemetry::Metrics metrics;
  Flights flights;

  bool stopped = false;
  Clock::time_point stopped_since;
  bool store_up = true;
  Clock::time_point store_lost;
  Clock::time_point idle_since;  // The store has nothing under way since.
  enum class Feed { off, subscribing, on } feed = Feed::on;
  std::deque<News> news;
  int floor[kPhotos] = {0, 0};  // The newest shown.
};

class World {
 public:
  explicit World(std::uint32_t seed) : random_(seed) {
    origin_fails_ = chance(50);
    redis_.now = clock_;
    for (int i = 0; i < kProcesses; ++i) restart(i);
    for (int i = 0; i < kProcesses; ++i)
      redis_.feeds.emplace_back([this, i](const std::string& photo) {
        if (proxies_[i]->feed != Proxy::Feed::off) proxies_[i]->news.push_back({photo, {}});
      });
  }

  // Empty if all went well.
  std::string run(int steps) {
    for (int i = 0; i < steps && failure_.empty(); ++i) step();
    return failure_.empty() ? std::string() : failure_ + "\n" + log_.str();
  }

 private:
  int pick(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }
  bool chance(int percent) { return pick(100) < percent; }
  Proxy& any() { return *proxies_[static_cast<std::size_t>(which_ = pick(kProcesses))]; }
  template <class... Args>
  void log(Args&&... args) {
    log_ << '+' << std::chrono::duration_cast<milliseconds>(clock_ - begin_).count() << " p"
         << which_ << ' ';
    (log_ << ... << args) << '\n';
  }

  void step() {
    const int dice = pick(1'000);
    if (dice < 120) return request(any(), pick(kPhotos));
    if (dice < 140) return upload(any(), pick(kPhotos));
    if (dice < 150) return change_at_origin(pick(kPhotos));
    if (dice < 500) return move(any());
    if (dice < 620) return advance(milliseconds(1 + pick(60)));
    if (dice < 630) return advance(milliseconds(200 + pick(4'000)));
    if (dice < 632) return advance(seconds(550 + pick(300)));
    if (dice < 645) return lose_store(any());
    if (dice < 700) return regain_store(any());
    if (dice < 706) return lose_feed(any());
    if (dice < 770) return regain_feed(any());
    if (dice < 774) return stop(any());
    if (dice < 778) return restart_one();
    if (dice < 786) return operate();
    if (dice < 789) return fail_over();
    if (dice < 792) return forget_memory(any());
    beat(any());
  }

  void request(Proxy& proxy, int photo) {
    if (proxy.stopped) return;
    const Ask ask{.spec = {.box = {48 * (1 + pick(2)), 48}}};
    const int floor = std::max(proxy.floor[photo], truth_.due(photo, clock_));
    const int own = proxy.floor[photo];
    const int id = ++last_request_;
    log("request ", id, " for ", photo, ", at least v", floor);
    auto seen = [this, &proxy, photo, floor, own, id, asked = clock_](const Outcome& outcome) {
      // Near the deadline of the whole what is at hand is served.
      const bool excused = origin_fails_ || clock_ - asked > seconds(20);
      see(proxy, photo, floor, excused ? own : floor, id, outcome);
    };
    if (auto found = find_fresh(proxy.memory, proxy.vouch, proxy.settings.freshness, name(photo),
                                ask, proxy.loop.wall(), clock_))
      return seen(*found);
    proxy.flights.get(name(photo), ask, std::move(seen));
  }

  void see(Proxy& proxy, int photo, int floor, int stale_floor, int id, const Outcome& outcome) {
    int version = 0;
    if (outcome) {
      version = number_in(*outcome->picture->bytes);
    } else if (outcome.error().error.code == Errc::no_photo) {
      // Whichever of them: the latest that there has been.
      for (version = truth_.version[photo]; version > 0 && Truth::exists(version);) --version;
    } else {
      return log("answer ", id, ": ", name_of(outcome.error().error.code));
    }
    const bool stale = outcome ? outcome->stale : outcome.error().stale;
    log("answer ", id, ": v", version, stale ? " stale" : "", " by way of ",
        static_cast<int>(outcome ? outcome->via : outcome.error().via));
    // An origin that cannot be asked excuses what is marked as stale, but never a step back.
    if (version < (stale ? stale_floor : floor)) failure_ = "request " + std::to_string(id);
    if (outcome) proxy.floor[photo] = std::max(proxy.floor[photo], version);
  }

  void upload(Proxy& proxy, int photo) {
    if (proxy.stopped) return;
    const int version = ++truth_.version[photo];
    log("uploads v", version, " of ", photo);
    proxy.flights.forget(name(photo), [this, &proxy, photo, version](Result<void> result) {
      log("upload of v", version, " of ", photo, result ? " confirmed" : " confirmed here only");
      proxy.floor[photo] = std::max(proxy.floor[photo], version);
      if (result) truth_.confirmed[photo].emplace_back(clock_, version);
    });
  }

  void change_at_origin(int photo) {
    log("origin changes ", photo, " to v", ++truth_.version[photo]);
  }

  // Something that is under way for a process gets on.
  void move(Proxy& proxy) {
    switch (pick(6)) {
      case 0:
      case 1: proxy.store.arrive(); return;
      case 2:
        if (!proxy.stopped) proxy.store.answer();
        return;
      case 3: return move_origin(proxy);
      case 4:
        if (proxy.stopped || proxy.imaging.held.empty()) return;
        return proxy.imaging.finish();
      default: return hear(proxy);
    }
  }

  void move_origin(Proxy& proxy) {
    while (proxy.asked.size() < proxy.origin.held.size())
      proxy.asked.push_back({false, fail(Errc::internal)});
    if (proxy.asked.empty()) return;
    Proxy::Asked& first = proxy.asked.front();
    if (!first.arrived) {
      first.arrived = true;
      const auto& fetch = proxy.origin.held.front();
      const int version = truth_.version[fetch.photo == name(0) ? 0 : 1];
      const std::string tag = "\"v" + std::to_string(version) + "\"";
      log("origin answers ", fetch.photo, ": v", version);
      if (origin_fails_ && chance(20))
        first.answer = fail(Errc::origin_failed);
      else if (!Truth::exists(version))
        first.answer = fail(Errc::no_photo);
      else if (fetch.have.etag == tag)
        first.answer = origin::Fetched{nullptr, {tag, ""}, {}};
      else
        first.answer = origin::Fetched{share("v" + std::to_string(version)), {tag, ""}, {}};
      return;
    }
    if (proxy.stopped) return;
    auto answer = std::move(first.answer);
    proxy.asked.pop_front();
    proxy.origin.answer(std::move(answer));
  }

  void hear(Proxy& proxy) {
    if (proxy.stopped || proxy.news.empty() || proxy.feed != Proxy::Feed::on) return;
    const auto news = std::move(proxy.news.front());
    proxy.news.pop_front();
    if (news.photo.empty()) return proxy.vouch.heard(news.asked);
    log("hears of ", news.photo);
    proxy.flights.changed(news.photo);
  }

  void beat(Proxy& proxy) {
    if (proxy.stopped) return;
    if (proxy.feed == Proxy::Feed::on) proxy.news.push_back({"", clock_});
  }

  void advance(milliseconds by) {
    if (by > seconds(60)) return skip_far(by);
    const auto end = clock_ + by;
    // In steps, so that nothing is later than its own deadline allows.
    while (clock_ < end) {
      const auto part = std::min<Clock::duration>(end - clock_, milliseconds(50));
      clock_ += part;
      redis_.now = clock_;
      redis_.replicate(clock_ - seconds(10));
      redis_.expire();
      for (int i = 0; i < kProcesses; ++i) {
        which_ = i;
        Proxy& proxy = *proxies_[static_cast<std::size_t>(i)];
        if (proxy.stopped) {
          if (clock_ - proxy.stopped_since > seconds(12)) resume(proxy);
          continue;
        }
        proxy.loop.run();
        get_on(proxy);
        watch_store(proxy);
      }
    }
  }

  // Time does not pass without anything getting on: most of what waits is soon done.
  void get_on(Proxy& proxy) {
    for (int i = 0; i < 4; ++i) {
      if (chance(80)) proxy.store.arrive();
      if (chance(80)) proxy.store.answer();
      if (chance(30)) hear(proxy);
      if (chance(15)) move_origin(proxy);
      if (chance(50) && !proxy.imaging.held.empty()) proxy.imaging.finish();
    }
  }

  // Nothing is under way over minutes: all have caught up before.
  void skip_far(milliseconds by) {
    for (const auto& proxy : proxies_)
      if (proxy->stopped || !proxy->store_up) return;
    for (int round = 0; round < 200; ++round) {
      for (int i = 0; i < kProcesses; ++i) {
        which_ = i;
        Proxy& proxy = *proxies_[static_cast<std::size_t>(i)];
        proxy.store.settle();
        move_origin(proxy);
        while (!proxy.imaging.held.empty()) proxy.imaging.finish();
        hear(proxy);
        proxy.loop.run();
      }
    }
    log("long after");
    clock_ += by;
    redis_.now = clock_;
    redis_.replicate(clock_);
    redis_.expire();
    for (const auto& proxy : proxies_) proxy->idle_since = clock_;
  }

  // A command that is not answered in time counts as failed, and so does its connection; and a
  // connection that is lost is soon made again.
  void watch_store(Proxy& proxy) {
    if (proxy.store_up && proxy.store.idle()) proxy.idle_since = clock_;
    if (proxy.store_up && clock_ - proxy.idle_since > kCommandTimeout) lose_store(proxy);
    while (!proxy.store_up && proxy.store.answer()) {
    }
    if (!proxy.store_up && clock_ - proxy.store_lost > seconds(3)) regain_store(proxy);
  }

  void lose_store(Proxy& proxy) {
    if (proxy.stopped || !proxy.store_up) return;
    log("loses the store");
    proxy.store_up = false;
    proxy.store_lost = clock_;
    proxy.store.disconnect();
  }

  void regain_store(Proxy& proxy) {
    if (proxy.stopped || proxy.store_up) return;
    log("has the store again");
    while (proxy.store.answer()) {
    }
    proxy.store_up = true;
    proxy.idle_since = clock_;
    proxy.store.connect();
    proxy.flights.store_is_back();
  }

  void lose_feed(Proxy& proxy) {
    if (proxy.feed == Proxy::Feed::off) return;
    log("loses the feed");
    proxy.feed = Proxy::Feed::off;
    proxy.news.clear();
  }

  void regain_feed(Proxy& proxy) {
    if (proxy.stopped || proxy.feed == Proxy::Feed::on) return;
    if (proxy.feed == Proxy::Feed::off) {
      proxy.feed = Proxy::Feed::subscribing;
      return;
    }
    log("has the feed again");
    proxy.feed = Proxy::Feed::on;
    proxy.vouch.began(clock_);
  }

  void stop(Proxy& proxy) {
    if (proxy.stopped) return resume(proxy);
    log("is stopped");
    proxy.stopped = true;
    proxy.stopped_since = clock_;
  }

  void resume(Proxy& proxy) {
    log("goes on");
    proxy.stopped = false;
    // What has come due in its sleep comes before anything new.
    proxy.loop.run();
    watch_store(proxy);
  }

  void restart(int i) {
    auto& place = proxies_[static_cast<std::size_t>(i)];
    // Those who asked get no answer: their connections are gone.
    place.reset();
    place = std::make_unique<Proxy>(redis_, clock_, milliseconds(pick(4'000) - 2'000));
    place->idle_since = clock_;
  }

  void restart_one() {
    const int i = which_ = pick(kProcesses);
    log("is killed and started again");
    // Not beside a failover: what the process alone could have told again is with the replica.
    redis_.replicate(clock_);
    restart(i);
  }

  void operate() {
    const int photo = pick(kPhotos);
    log("operator deletes ", photo);
    redis_.erase(name(photo));
  }

  void fail_over() {
    for (const auto& proxy : proxies_)
      if (proxy->stopped) return;
    const auto lost = static_cast<std::size_t>(pick(4));
    log("failover, ", lost, " writes lost");
    redis_.fail_over(lost);
    for (int i = 0; i < kProcesses; ++i) {
      which_ = i;
      lose_store(*proxies_[static_cast<std::size_t>(i)]);
      lose_feed(*proxies_[static_cast<std::size_t>(i)]);
    }
    for (int i = 0; i < kProcesses; ++i) {
      which_ = i;
      regain_store(*proxies_[static_cast<std::size_t>(i)]);
      proxies_[static_cast<std::size_t>(i)]->store.settle();
    }
  }

  void forget_memory(Proxy& proxy) {
    log("evicts everything");
    proxy.memory.clear();
  }

  static std::string name(int photo) { return "photo-" + std::to_string(photo); }
  static std::string_view name_of(Errc code) { return likeness::name(code); }

  std::mt19937 random_;
  Clock::time_point clock_ = Clock::time_point(hours(1'000));
  const Clock::time_point begin_ = clock_;
  SimRedis redis_;
  Truth truth_;
  std::unique_ptr<Proxy> proxies_[kProcesses];
  bool origin_fails_ = false;
  int which_ = 0;
  int last_request_ = 0;
  std::ostringstream log_;
  std::string failure_;
};

int from_environment(const char* name, int otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::atoi(text) : otherwise;
}

}  // namespace

TEST_CASE("no schedule shows an older photo after a newer one", "[schedule]") {
  const int count = from_environment("LIKENESS_SCHEDULES", 2'000);
  const int first = from_environment("LIKENESS_SEED", 1);
  std::cout << count << " schedules from LIKENESS_SEED=" << first << '\n';
  for (int seed = first; seed < first + count; ++seed) {
    const std::string failure = World(static_cast<std::uint32_t>(seed)).run(400);
    if (failure.empty()) continue;
    FAIL("LIKENESS_SEED=" << seed << " LIKENESS_SCHEDULES=1: " << failure);
  }
}
