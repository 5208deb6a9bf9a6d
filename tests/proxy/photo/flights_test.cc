#include "proxy/photo/flights.h"

#include <catch2/catch.hpp>
#include <map>

#include "tests/support/fakes.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::photo;

namespace {

Ask square(int edge) { return {.spec = {.box = {edge, edge}}}; }

// One loop's flights without a store, and what they answered.
struct Case {
  explicit Case(const Settings& settings = {})
      : memory(settings.memory),
        flights({loop, memory, nullptr, vouch, origin,
                 [this](imaging::Job job, imaging::Pool::Done done) {
                   imaging.submit(std::move(job), std::move(done));
                 },
                 metrics},
                settings) {}

  void get(int id, std::string_view photo, const Ask& ask) {
    flights.get(photo, ask, [this, id](Outcome outcome) {
      REQUIRE_FALSE(answers.contains(id));
      answers.emplace(id, std::move(outcome));
    });
  }
  [[nodiscard]] std::string bytes(int id) const { return *answers.at(id)->picture->bytes; }

  test::TestLoop loop;
  cache::MemoryCache memory;
  cache::Vouch vouch;
  test::FakeOrigin origin;
  test::FakeImaging imaging;
  telemetry::Metrics metrics;
  Flights flights;
  std::map<int, Outcome> answers;
};

}  // namespace

TEST_CASE("everyone who asks for a cold photo shares one fetch") {
  Case c;
  for (int id = 0; id < 100; ++id) c.get(id, "ada", square(id % 4 + 1));
  CHECK(c.origin.fetches == 1);
  CHECK(c.flights.counters().open == 1);
  c.origin.send("ada");
  CHECK(c.imaging.jobs == 1);
  c.imaging.finish();
  REQUIRE(c.answers.size() == 100);
  CHECK(c.bytes(6) == "3x3 of ada");
  CHECK(c.flights.counters().open == 0);
  CHECK(c.flights.counters().coalesced == 99);
  CHECK(c.loop.timers() == 0);
}

TEST_CASE("what a flight learnt is in memory for the next request") {
  Case c;
  c.get(1, "ada", square(48));
  c.origin.send("ada");
  c.imaging.finish();
  c.get(2, "ada", square(48));
  CHECK(c.bytes(2) == "48x48 of ada");
  CHECK(c.answers.at(2)->via == Via::memory);
  c.get(3, "ada", square(96));
  REQUIRE(c.imaging.held.size() == 1);
  CHECK(c.imaging.held.front().first.master_edge == 1'024);
  c.imaging.finish();
  CHECK(c.bytes(3) == "96x96 of ada");
  CHECK(c.origin.fetches == 1);
}

TEST_CASE(
    "a photo that changes during its fetch is not remembered, and who asks later gets the new") {
  Case c;
  c.get(1, "ada", square(48));
  c.flights.forget("ada", [](auto) {});
  c.get(2, "ada", square(48));
  CHECK(c.origin.fetches == 2);
  c.origin.send("old");
  c.origin.send("new");
  c.imaging.finish();
  c.imaging.finish();
  CHECK(c.bytes(1) == "48x48 of old");
  CHECK(c.bytes(2) == "48x48 of new");
  c.get(3, "ada", square(48));
  CHECK(c.bytes(3) == "48x48 of new");
}

TEST_CASE("without a store photos are noted only while an older fetch may still answer") {
  Case c;
  const auto noted = [&c](std::string_view photo) {
    bool result = false;
    c.flights.inspect(photo, [&](const Inspection& seen) { result = seen.newest.has_value(); });
    return result;
  };
  c.get(1, "ada", square(48));
  c.origin.send("ada");
  c.imaging.finish();
  CHECK(c.bytes(1) == "48x48 of ada");
  CHECK_FALSE(noted("ada"));
  c.get(2, "bob", square(48));
  c.flights.forget("bob", [](auto) {});
  c.get(3, "cid", square(48));
  std::swap(c.origin.held.front(), c.origin.held.back());
  c.origin.send("cid");
  c.imaging.finish();
  CHECK(noted("cid"));
}

TEST_CASE("the deadline answers everyone, and late answers do no harm") {
  Case c;
  c.get(1, "ada", square(48));
  c.get(2, "ada", square(96));
  c.loop.advance(seconds(26));
  c.loop.turn();
  REQUIRE(c.answers.size() == 2);
  CHECK(c.answers.at(1).error().error.code == Errc::overloaded);
  CHECK(c.flights.counters().timeouts == 1);
  c.origin.send("ada");
  c.imaging.finish();
  CHECK(c.answers.size() == 2);
}

TEST_CASE("past the limits requests are shed at once") {
  Settings settings;
  settings.photo.max_flights = 1;
  settings.photo.max_waiters = 2;
  Case c(settings);
  c.get(1, "ada", square(48));
  c.get(2, "ada", square(48));
  c.get(3, "ada", square(48));
  c.get(4, "bob", square(48));
  CHECK(c.answers.at(3).error().error.code == Errc::overloaded);
  CHECK(c.answers.at(4).error().error.code == Errc::overloaded);
  CHECK(c.flights.counters().shed == 2);
}

TEST_CASE("past the limits what is at hand is served, however stale") {
  Settings settings;
  settings.photo.max_flights = 1;
  settings.freshness.photo_ttl = seconds(0);
  settings.freshness.stale_while_revalidate = seconds(0);
  Case c(settings);
  c.get(1, "ada", square(48));
  c.origin.send("ada");
  c.imaging.finish();
  c.get(2, "bob", square(48));
  c.get(3, "ada", square(48));
  REQUIRE(c.answers.contains(3));
  CHECK(c.bytes(3) == "48x48 of ada");
  CHECK(c.answers.at(3)->stale);
  c.get(4, "ada", square(96));
  CHECK(c.answers.at(4).error().error.code == Errc::overloaded);
  CHECK(c.answers.at(4).error().error.retry_after > seconds(0));
}

TEST_CASE("an answer may lead to another question about the same photo") {
  Case c;
  c.flights.get("ada", square(48), [&](Outcome) { c.get(2, "ada", square(96)); });
  c.origin.send("ada");
  c.imaging.finish();
  while (!c.imaging.held.empty()) c.imaging.finish();
  CHECK(c.bytes(2) == "96x96 of ada");
}

TEST_CASE("flights may end with requests in flight") {
  auto c = std::make_unique<Case>();
  c->get(1, "ada", square(48));
  c->flights.forget("ada", [](auto) {});
  c->get(2, "ada", square(48));
  c.reset();
}
