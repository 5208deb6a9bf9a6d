#include "proxy/photo/newest.h"

#include <catch2/catch.hpp>
#include <string>
#include <utility>

using namespace likeness;
using namespace likeness::photo;

namespace {

cache::Meta meta_of(std::string version, int asked, int filled) {
  cache::Meta meta{.status = cache::Meta::Status::photo, .version = std::move(version)};
  meta.span = cache::Span{cache::Stamp(asked), cache::Stamp(filled)};
  return meta;
}

}  // namespace

TEST_CASE("only what was asked for later may follow what was known") {
  Newest newest;
  const Clock::time_point now{std::chrono::hours(1'000)};
  const auto later = now + seconds(60);
  CHECK(newest.may_show("ada", meta_of("v1", 0, 1), now));
  newest.stored("ada", meta_of("v2", 10, 20), now, later);
  CHECK(newest.may_show("ada", meta_of("v2", 0, 1), now));
  CHECK_FALSE(newest.may_show("ada", meta_of("v1", 15, 16), now));
  CHECK(newest.may_show("ada", meta_of("v3", 20, 21), now));
  CHECK(newest.may_show("ada", meta_of("v1", 15, 16), later));

  // Of its own fetch it knows the store's time only when the store has told it.
  const auto early = newest.moment();
  CHECK(newest.fetched("ada", "v4", newest.moment(), now, later) == Newest::Order::newer);
  CHECK_FALSE(newest.may_show("ada", meta_of("v5", 1'000, 1'001), now));
  newest.told("ada", early, cache::Stamp(40), later);
  CHECK_FALSE(newest.may_show("ada", meta_of("v5", 1'000, 1'001), now));
  newest.told("ada", newest.moment(), cache::Stamp(50), later);
  CHECK_FALSE(newest.may_show("ada", meta_of("v5", 49, 60), now));
  CHECK(newest.may_show("ada", meta_of("v5", 50, 60), now));

  // Of two fetches that overlap the later one counts.
  CHECK(newest.fetched("ada", "v6", early, now, later) == Newest::Order::older);
  CHECK_FALSE(newest.may_show("ada", meta_of("v6", 0, 1), now));
  CHECK(newest.fetched("ada", "v6", newest.moment(), now, later) == Newest::Order::newer);

  // Of a fetch and a record that overlap nobody knows: neither is shown again.
  const auto asked = newest.moment();
  newest.stored("ada", meta_of("v7", 70, 80), now, later);
  CHECK(newest.fetched("ada", "v8", asked, now, later) == Newest::Order::unknown);
  CHECK_FALSE(newest.may_show("ada", meta_of("v7", 70, 80), now));
  CHECK_FALSE(newest.may_show("ada", meta_of("v8", 90, 95), now));
  CHECK(newest.fetched("ada", "v8", newest.moment(), now, later) == Newest::Order::newer);
}

TEST_CASE("what was expelled or has been replaced does not come back") {
  Newest newest;
  const Clock::time_point now{std::chrono::hours(1'000)};
  const auto later = now + seconds(60);
  newest.outdated("ada", meta_of("v1", 10, 20), now, later);
  CHECK_FALSE(newest.may_show("ada", meta_of("v1", 10, 20), now));
  CHECK(newest.may_show("ada", meta_of("v1", 30, 40), now));
  newest.expelled("ada", now, later);
  CHECK_FALSE(newest.may_show("ada", meta_of("v1", 30, 40), now));
  newest.told("ada", newest.moment(), cache::Stamp(50), later);
  newest.stored("ada", meta_of("v2", 60, 70), now, later);
  int reminders = 0;
  newest.for_each_reminder(now, [&](const auto& photo, const auto& note) {
    ++reminders;
    CHECK(photo == "ada");
    CHECK(note.version == "v2");
    CHECK(note.stamp == cache::Stamp(70));
  });
  CHECK(reminders == 1);
}

TEST_CASE("notes end with their time, and are bounded") {
  Newest newest;
  const Clock::time_point now{std::chrono::hours(1'000)};
  const auto later = now + seconds(1);
  newest.stored("ada", meta_of("v1", 1, 2), now, later);
  newest.prune(later);
  CHECK(newest.size() == 0);
  for (std::size_t i = 0; i < Newest::kMost + 100; ++i)
    newest.stored(std::to_string(i), meta_of("v1", 10, 20), now, later);
  CHECK(newest.size() == Newest::kMost);
  CHECK(newest.may_show("0", meta_of("v2", 1, 2), now));
  for (std::size_t i = 0; i < 3 * Newest::kMost; ++i)
    newest.stored("same", meta_of("v1", 10, 20), now, later);
  CHECK_FALSE(newest.may_show("same", meta_of("v2", 1, 2), now));
}
