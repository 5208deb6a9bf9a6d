#include "proxy/photo/changes.h"

#include <catch2/catch.hpp>

#include "proxy/photo/flights.h"
#include "tests/support/fakes.h"
#include "tests/support/sim_loop.h"
#include "tests/support/sim_store.h"

using namespace likeness;
using namespace likeness::photo;

namespace {

Ask square(int edge) { return {.spec = {.box = {edge, edge}}}; }

// The clocks and the store of a fleet.
struct Shared {
  Shared() { redis.now = clock; }
  void pass(milliseconds time) { redis.now = clock += time; }
  Clock::time_point clock{std::chrono::hours(1'000)};
  test::SimRedis redis;
};

// One process of it, and what its flights answered.
struct Process {
  explicit Process(Shared& shared)
      : loop(shared.clock),
        memory(settings.memory),
        vouch(settings.redis.max_unheard),
        store(shared.redis),
        flights({loop, memory, &store, vouch, origin,
                 [this](imaging::Job job, imaging::Pool::Done done) {
                   imaging.submit(std::move(job), std::move(done));
                 },
                 metrics},
                settings) {
    vouch.began(shared.clock);
    shared.redis.feeds.emplace_back([this](const std::string& photo) {
      if (listens) heard.push_back(photo);
    });
  }

  void ask(int edge = 48) {
    answer.reset();
    flights.get("ada", square(edge), [this](Outcome outcome) { answer = std::move(outcome); });
  }
  // All that can happen without the origin.
  void settle() {
    do {
      store.settle();
      while (!imaging.held.empty()) imaging.finish();
      for (const std::string& photo : std::exchange(heard, {})) flights.changed(photo);
      loop.run();
    } while (!store.idle() || !heard.empty() || !imaging.held.empty());
  }
  // Asks and is answered; `sent` is what the origin sends, should it be asked.
  std::string get(const std::string& sent, int edge = 48) {
    ask(edge);
    settle();
    while (!origin.held.empty()) {
      origin.send(sent);
      settle();
    }
    REQUIRE(answer.has_value());
    REQUIRE(answer->has_value());
    return *(**answer).picture->bytes;
  }
  bool forget() {
    std::optional<bool> done;
    flights.forget("ada", [&done](Result<void> result) { done = result.has_value(); });
    REQUIRE_FALSE(done.has_value());
    settle();
    return done.value();
  }
  [[nodiscard]] bool remembers() const { return memory.peek("ada") != nullptr; }

  Settings settings;
  test::SimLoop loop;
  cache::MemoryCache memory;
  cache::Vouch vouch;
  test::SimStore store;
  test::FakeOrigin origin;
  test::FakeImaging imaging;
  telemetry::Metrics metrics;
  Flights flights;
  bool listens = true;
  std::vector<std::string> heard;
  std::optional<Outcome> answer;
};

struct Fleet {
  Shared shared;
  Process one{shared};
  Process two{shared};
};

}  // namespace

TEST_CASE("a forgotten photo leaves the memory of every process") {
  Fleet fleet;
  CHECK(fleet.one.get("old") == "48x48 of old");
  CHECK(fleet.two.get("never asked") == "48x48 of old");
  CHECK(fleet.one.forget());
  CHECK_FALSE(fleet.one.remembers());
  fleet.two.settle();
  CHECK_FALSE(fleet.two.remembers());
  CHECK(fleet.two.get("new") == "48x48 of new");
  CHECK(fleet.one.get("never asked") == "48x48 of new");
}

TEST_CASE("a new size, a claim and its renewal cost nobody his memory") {
  Fleet fleet;
  fleet.one.get("ada");
  fleet.two.get("ada");
  fleet.one.get("never asked", 96);
  fleet.shared.redis.change("ada", [](auto& all) { all["ada"].claim = "somebody's"; });
  fleet.one.settle();
  fleet.two.settle();
  CHECK(fleet.one.remembers());
  CHECK(fleet.two.remembers());
}

TEST_CASE("a fetch that was overtaken by a purge elsewhere is not remembered") {
  Fleet fleet;
  fleet.one.ask();
  fleet.one.settle();
  REQUIRE(fleet.one.origin.held.size() == 1);
  fleet.two.forget();
  fleet.one.settle();
  // Who asks now does not get what was fetched before.
  fleet.one.ask();
  fleet.one.settle();
  REQUIRE(fleet.one.origin.held.size() == 2);
  fleet.one.origin.send("old");
  fleet.one.settle();
  CHECK_FALSE(fleet.one.remembers());
  fleet.one.origin.send("new");
  fleet.one.settle();
  CHECK(fleet.two.get("never asked") == "48x48 of new");
}

TEST_CASE("a fill that is refused takes what it would have filled out of memory") {
  Fleet fleet;
  fleet.one.listens = false;
  fleet.one.ask();
  fleet.one.settle();
  fleet.two.forget();
  fleet.one.origin.send("old");
  fleet.one.settle();
  CHECK(fleet.one.answer.has_value());
  CHECK_FALSE(fleet.one.remembers());
}

TEST_CASE("a store that was away when a photo was forgotten is not believed") {
  Fleet fleet;
  fleet.one.get("old");
  fleet.one.store.disconnect();
  CHECK_FALSE(fleet.one.forget());
  CHECK(fleet.one.get("new") == "48x48 of new");
  fleet.one.memory.clear();
  fleet.one.store.connect();
  fleet.one.ask();
  fleet.one.settle();
  REQUIRE(fleet.one.origin.held.size() == 1);
  fleet.one.origin.send("new");
  fleet.one.settle();
  CHECK(*(**fleet.one.answer).picture->bytes == "48x48 of new");
  CHECK(fleet.two.get("never asked") == "48x48 of new");
}

TEST_CASE("a store that was away when a photo was forgotten is told when it is back") {
  Fleet fleet;
  fleet.one.get("old");
  fleet.one.store.disconnect();
  CHECK_FALSE(fleet.one.forget());
  CHECK(fleet.two.get("never asked") == "48x48 of old");
  fleet.one.store.connect();
  fleet.one.flights.store_is_back();
  fleet.one.settle();
  fleet.two.settle();
  CHECK_FALSE(fleet.two.remembers());
  CHECK(fleet.two.get("new") == "48x48 of new");
  // What is new since then is spared the next time.
  fleet.one.flights.store_is_back();
  fleet.one.settle();
  fleet.two.settle();
  CHECK(fleet.two.remembers());
}

TEST_CASE("a failover that loses a forgotten photo's erasure does not bring it back") {
  Fleet fleet;
  fleet.one.get("old");
  fleet.shared.redis.replicate(fleet.shared.clock);
  CHECK(fleet.one.forget());
  fleet.shared.redis.fail_over(1);
  REQUIRE(fleet.shared.redis.find("ada") != nullptr);
  CHECK(fleet.one.get("new") == "48x48 of new");
  fleet.one.flights.store_is_back();
  fleet.one.settle();
  CHECK(fleet.two.get("new") == "48x48 of new");
}

TEST_CASE("a failover that loses a refresh does not bring the older photo back") {
  Fleet fleet;
  fleet.one.get("old");
  fleet.shared.redis.replicate(fleet.shared.clock);
  fleet.one.forget();
  fleet.one.get("new");
  fleet.two.get("never asked");
  fleet.shared.redis.fail_over(100);
  for (Process* process : {&fleet.one, &fleet.two}) {
    process->memory.clear();
    CHECK(process->get("new") == "48x48 of new");
  }
}

TEST_CASE("memory that is doubted is confirmed by one look-up") {
  Fleet fleet;
  fleet.one.get("ada");
  fleet.shared.pass(milliseconds(10));
  fleet.one.vouch.began(fleet.shared.clock);
  fleet.one.ask();
  CHECK_FALSE(fleet.one.answer.has_value());
  fleet.one.settle();
  REQUIRE(fleet.one.answer.has_value());
  CHECK((**fleet.one.answer).via == Via::store);
  CHECK(fleet.one.origin.held.empty());
  fleet.one.ask();
  REQUIRE(fleet.one.answer.has_value());
  CHECK((**fleet.one.answer).via == Via::memory);
}

TEST_CASE("who holds a claim renews it, and who waits takes over when it ends") {
  Fleet fleet;
  fleet.one.ask();
  fleet.one.settle();
  fleet.two.ask();
  fleet.two.settle();
  CHECK(fleet.two.origin.held.empty());
  CHECK(fleet.two.flights.counters().awaited == 1);
  const auto lease = fleet.one.settings.redis.fill_lease;
  for (int i = 0; i < 10; ++i) {
    fleet.shared.pass(lease / 3);
    fleet.one.settle();
    fleet.two.settle();
  }
  CHECK(fleet.two.origin.held.empty());
  // It stops in the middle.
  for (int i = 0; i < 6; ++i) {
    fleet.shared.pass(lease / 3);
    fleet.two.settle();
  }
  REQUIRE(fleet.two.origin.held.size() == 1);
  fleet.two.origin.send("ada");
  fleet.two.settle();
  CHECK(fleet.two.answer.has_value());
  // And goes on: what it fetches is only for those who asked before.
  fleet.one.origin.send("older");
  fleet.one.settle();
  CHECK_FALSE(fleet.one.remembers());
  // Which of the two is newer it asks the origin.
  CHECK(fleet.one.get("ada") == "48x48 of ada");
}

TEST_CASE("all photos whose ids begin so leave memory, and their flights write nothing") {
  Fleet fleet;
  fleet.one.get("old");
  fleet.one.ask(96);
  fleet.one.flights.forget_all_here("a");
  CHECK_FALSE(fleet.one.remembers());
  fleet.one.settle();
  CHECK(fleet.one.answer.has_value());
  CHECK_FALSE(fleet.one.remembers());
}
