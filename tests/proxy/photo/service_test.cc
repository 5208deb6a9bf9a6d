#include "proxy/photo/service.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <future>
#include <memory>

#include "proxy/loop/reactor_loop.h"

using namespace likeness;
using namespace likeness::photo;

namespace {

// There are no photos, and that takes a turn of the loop to find out.
class NoPhotos final : public origin::Origin {
 public:
  explicit NoPhotos(Loop& loop) : loop_(loop) {}
  void fetch(std::string_view, const origin::Validators&, const origin::Credentials&,
             Done done) override {
    loop_.post([then = std::move(done)]() mutable { then(fail(Errc::no_photo)); });
  }
  void check(std::string_view, const origin::Validators&, const origin::Credentials&,
             Checked done) override {
    loop_.post([then = std::move(done)]() mutable { then({}); });
  }
  [[nodiscard]] origin::OriginStats stats() const override { return {}; }

 private:
  Loop& loop_;
};

struct Shard {
  Shard(const std::string& name, cache::MemoryCache& memory, const cache::Vouch& vouch,
        const Settings& settings)
      : loop(name), origin(loop) {
    loop.run([&] {
      flights = std::make_unique<Flights>(Ports{loop, memory, nullptr, vouch, origin, {}, metrics},
                                          settings);
    });
  }
  ~Shard() {
    loop.run([&] { flights.reset(); });
  }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  ReactorLoop loop;
  NoPhotos origin;
  telemetry::Metrics metrics;
  std::unique_ptr<Flights> flights;
};

// A service on two loops.
struct Process {
  Process()
      : memory(settings.memory),
        one("one", memory, vouch, settings),
        two("two", memory, vouch, settings),
        service(memory, vouch, settings.freshness,
                {{&one.loop, one.flights.get()}, {&two.loop, two.flights.get()}}) {}
  ~Process() {
    // Tasks cross from loop to loop and back.
    for (int i = 0; i < 4; ++i)
      for (Shard* shard : {&one, &two}) shard->loop.run([] {});
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  Settings settings;
  cache::MemoryCache memory;
  cache::Vouch vouch;
  Shard one;
  Shard two;
  Service service;
};

std::string name(int number) { return "photo-" + std::to_string(number); }

// Runs `ask` on the loop, with what is to be called when it is answered, and waits for that.
template <class Ask>
void wait_on(ReactorLoop& loop, Ask ask) {
  std::promise<void> done;
  loop.run([&] { ask([&done] { done.set_value(); }); });
  done.get_future().wait();
}

}  // namespace

TEST_CASE("photos are forgotten on every loop before it is said so") {
  Process process;
  std::vector<std::string> photos;
  for (int i = 0; i < 20; ++i) photos.push_back(name(i));
  for (const std::string& photo : photos) {
    wait_on(process.one.loop, [&](auto done) {
      process.service.get(process.one.loop, photo, {}, [done](const auto&) { done(); });
    });
    CHECK(process.memory.peek(photo) != nullptr);
  }
  SECTION("by name") {
    wait_on(process.two.loop, [&](auto done) {
      process.service.forget(process.two.loop, photos, [done](Result<void> result) {
        CHECK(result.has_value());
        done();
      });
    });
    for (const std::string& photo : photos) CHECK(process.memory.peek(photo) == nullptr);
  }
  SECTION("by what their names begin with") {
    wait_on(process.one.loop, [&](auto done) {
      process.service.forget_all(process.one.loop, "photo-1", [done](auto) { done(); });
    });
    for (const std::string& photo : photos)
      CHECK((process.memory.peek(photo) == nullptr) == photo.starts_with("photo-1"));
  }
  SECTION("because the whole store has changed") {
    process.service.all_changed();
    for (const std::string& photo : photos) CHECK(process.memory.peek(photo) == nullptr);
  }
  SECTION("none at all") {
    wait_on(process.one.loop, [&](auto done) {
      process.service.forget(process.one.loop, {}, [done](auto) { done(); });
    });
    CHECK(process.memory.peek(photos.front()) != nullptr);
  }
}

TEST_CASE("requests and changes from all loops at once are all answered", "[concurrent]") {
  constexpr int kRounds = 2'000;
  Process process;
  std::atomic<int> answers = 0;
  const auto count = [&answers](const auto&) { ++answers; };
  for (Shard* shard : {&process.one, &process.two}) {
    shard->loop.post([&, shard] {
      for (int i = 0; i < kRounds; ++i) {
        process.service.get(shard->loop, name(i % 50), {}, count);
        process.service.forget(shard->loop, {name(i % 7), name(i % 11)}, count);
        if (i % 100 == 0) process.service.forget_all(shard->loop, "photo-2", count);
        process.service.changed({name(i % 13)});
      }
    });
  }
  constexpr int kExpected = 2 * (2 * kRounds + kRounds / 100);
  while (answers < kExpected) process.one.loop.run([] {});
  CHECK(answers == kExpected);
}
