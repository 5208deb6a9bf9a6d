#include "proxy/photo/miss.h"

#include <catch2/catch.hpp>

#include "tests/proxy/photo/miss_case.h"

using namespace likeness;
using namespace likeness::photo;
using cache::Meta;
using cache::MetaPtr;
using cache::PicturePtr;
using std::chrono::hours;

TEST_CASE("a cold photo without a store costs one fetch and one job, and is remembered") {
  Case c(false);
  c.join(1, square(240));
  REQUIRE(c.count<Fetch>() == 1);
  CHECK(c.last<Fetch>().have.empty());
  c.fetch(sent("jpeg"));
  REQUIRE(c.count<Render>() == 1);
  CHECK(c.last<Render>().job.wanted == std::vector{square(240).spec});
  CHECK(c.last<Render>().job.master_edge == 0);
  c.render();
  REQUIRE(c.outcome(1).has_value());
  CHECK(c.outcome(1)->via == Via::fetched);
  CHECK(*c.outcome(1)->picture->bytes == "picture of jpeg");
  CHECK(c.outcome(1)->picture->width == 240);
  CHECK(c.outcome(1)->meta->version == digest("jpeg"));
  const auto& remembered = c.last<Remember>();
  REQUIRE(remembered.pictures.size() == 2);
  CHECK(remembered.pictures[1].first == cache::kSourceName);
  CHECK(c.count<Fill>() == 0);
  CHECK(c.miss.idle());
}

TEST_CASE("everyone who waits shares one fetch and one job per distinct picture") {
  Case c(false);
  for (WaiterId id = 1; id <= 50; ++id) c.join(id, square(id % 2 == 0 ? 240 : 96));
  CHECK(c.count<Fetch>() == 1);
  c.fetch(sent("jpeg"));
  CHECK(c.last<Render>().job.wanted.size() == 2);
  SECTION("who joins during the job waits for it or has its own") {
    c.join(51, square(240));
    c.join(52, square(48));
    CHECK(c.count<Render>() == 1);
    c.render();
    CHECK(c.outcome(51).has_value());
    REQUIRE(c.count<Render>() == 2);
    CHECK(c.last<Render>().job.wanted == std::vector{square(48).spec});
    c.render();
    CHECK(c.outcome(52).has_value());
  }
  SECTION("nobody joins") { c.render(); }
  for (WaiterId id = 1; id <= 50; ++id) CHECK(c.outcome(id).has_value());
  CHECK(c.outcome(2)->shared);
  CHECK_FALSE(c.outcome(1)->shared);
  CHECK(c.count<Fetch>() == 1);
}

TEST_CASE("sizes beyond the photo's own are one picture") {
  Case c(false);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
  c.join(1, square(900), meta);
  c.fetch(sent("jpeg"));
  REQUIRE(c.count<Render>() == 1);
  c.join(2, square(2'000), meta);
  CHECK(c.count<Render>() == 1);
  c.render();
  CHECK(c.outcome(2)->picture->width == 800);
}

TEST_CASE("no photo is an answer of its own, remembered and shared") {
  Case c(true);
  c.join(1, square(48));
  c.look_up(kNothingStored);
  c.claim(std::optional<cache::FillToken>("t"));
  c.fetch(fail(Errc::no_photo));
  REQUIRE_FALSE(c.outcome(1).has_value());
  CHECK(c.outcome(1).error().error.code == Errc::no_photo);
  CHECK(c.outcome(1).error().fresh_until == kNow + seconds(300));
  CHECK(c.last<Remember>().meta->status == Meta::Status::no_photo);
  CHECK(c.last<Fill>().write.life >= seconds(300));
}

TEST_CASE("no photo that is only probable is believed briefly") {
  Case c(false);
  c.join(1, square(48));
  c.fetch(fail(Errc::no_photo, "500", seconds(10)));
  CHECK(c.outcome(1).error().error.code == Errc::no_photo);
  CHECK(c.outcome(1).error().fresh_until == kNow + seconds(10));
}

TEST_CASE("a stale photo is served at once and asked for again in the background") {
  Case c(false);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow - seconds(5)));
  c.join(1, square(240), meta, picture_of("jpeg", "old"));
  REQUIRE(c.outcome(1).has_value());
  CHECK(c.outcome(1)->stale);
  REQUIRE(c.count<Fetch>() == 1);
  CHECK(c.last<Fetch>().have.etag == "\"v\"");
  SECTION("it is still right") {
    c.fetch(origin::Fetched{});
    CHECK(c.last<Remember>().meta->fresh_until == kNow + seconds(3'600));
    CHECK(c.last<Remember>().meta->version == digest("jpeg"));
  }
  SECTION("it has changed: who comes now gets the new one") {
    c.fetch(sent("new"));
    c.join(2, square(240), meta, picture_of("jpeg", "old"));
    CHECK(c.outcome(2)->stale);
    c.render();
    c.join(3, square(240), meta);
    CHECK(c.outcome(2)->meta->version == digest("jpeg"));
    CHECK(c.last<Remember>().meta->version == digest("new"));
    c.render();
    CHECK(*c.outcome(3)->picture->bytes == "picture of new");
  }
  SECTION("the origin fails: not asked again for a moment") {
    c.fetch(fail(Errc::origin_timeout));
    CHECK(c.last<Remember>().meta->retry_at == kNow + seconds(10));
    CHECK(c.last<Remember>().meta->status == Meta::Status::photo);
    CHECK(c.miss.idle());
  }
}

TEST_CASE("past stale-while-revalidate the origin comes first, and the old photo before an error") {
  Case c(false);
  const auto old = kNow - hours(25);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", old));
  c.join(1, square(240), meta, picture_of("jpeg", "old"));
  REQUIRE(c.count<Answer>() == 0);
  SECTION("it fails") {
    c.fetch(fail(Errc::origin_unreachable));
    REQUIRE(c.outcome(1).has_value());
    CHECK(c.outcome(1)->stale);
    SECTION("and is left alone for a while") {
      c.join(2, square(240), c.last<Remember>().meta, picture_of("jpeg", "old"));
      CHECK(c.outcome(2).has_value());
      CHECK(c.count<Fetch>() == 1);
    }
  }
  SECTION("it says that nothing has changed") {
    c.fetch(origin::Fetched{});
    CHECK(c.outcome(1)->via == Via::revalidated);
    CHECK_FALSE(c.outcome(1)->stale);
  }
  SECTION("it says that there is no photo any more") {
    c.fetch(fail(Errc::no_photo));
    CHECK(c.outcome(1).error().error.code == Errc::no_photo);
  }
}

TEST_CASE("a failure without an older answer is remembered briefly") {
  Case c(false);
  c.join(1, square(48));
  SECTION("the origin's") {
    c.fetch(fail(Errc::throttled, "429", seconds(30)));
    CHECK(c.outcome(1).error().error.code == Errc::throttled);
    CHECK(c.last<Remember>().meta->status == Meta::Status::failed);
    CHECK(c.last<Remember>().meta->fresh_until == kNow + seconds(30));
  }
  SECTION("the decoder's") {
    c.fetch(sent("no jpeg"));
    c.miss.rendered(c.last<Render>().id, fail(Errc::bad_source), kNow);
    c.join(2, square(96));
    CHECK(c.outcome(1).error().error.code == Errc::bad_source);
    CHECK(c.outcome(2).error().error.code == Errc::bad_source);
    CHECK(c.last<Remember>().meta->failure == Errc::bad_source);
    CHECK(c.count<Fetch>() == 1);
  }
  SECTION("but our own overload is not") {
    c.fetch(fail(Errc::overloaded));
    CHECK(c.outcome(1).error().error.code == Errc::overloaded);
    CHECK(c.count<Remember>() == 0);
  }
}

TEST_CASE("a job on an old version that ends after the new one came is done again") {
  Case c(false);
  const auto meta = std::make_shared<const Meta>(photo_meta("old", kNow - seconds(5)));
  auto source = picture_of("old", "old");
  c.join(1, {.kind = Ask::Kind::source}, meta, source);
  c.join(2, square(240), meta);
  REQUIRE(c.count<Render>() == 1);
  const Render old_job = c.last<Render>();
  c.fetch(sent("new"));
  const Render new_job = c.last<Render>();
  c.finish(new_job);
  c.finish(old_job);
  CHECK(*c.outcome(2)->picture->bytes == "picture of new");
  CHECK(c.outcome(2)->meta->version == digest("new"));
}

TEST_CASE("giving up answers everyone once, with what there is") {
  Case c(false);
  c.join(1, square(240));
  c.join(2, {.kind = Ask::Kind::meta});
  c.miss.give_up(kNow);
  c.join(3, square(240));
  CHECK(c.outcome(1).error().error.code == Errc::overloaded);
  CHECK(c.outcome(2).error().error.code == Errc::overloaded);
}

TEST_CASE("a freshness of zero serves what was just fetched, once") {
  auto settings = with_store(false);
  settings.freshness.photo_ttl = settings.freshness.min_ttl = seconds(0);
  Case c(settings);
  c.join(1, square(240));
  c.fetch(sent("jpeg"));
  c.render();
  CHECK(c.outcome(1).has_value());
  CHECK(c.count<Fetch>() == 1);
  CHECK(c.miss.idle());
}

TEST_CASE("an original that is too large to keep is reduced by its first job") {
  Case c(false);
  c.join(1, square(240));
  c.fetch(sent(std::string(2'000, 'x')));
  CHECK(c.last<Render>().job.master_edge == 1'024);
  c.render(true);
  CHECK(c.last<Remember>().pictures[1].first == cache::kMasterName);
  SECTION("its own bytes still answer who comes while they are at hand") {
    c.join(2, {.kind = Ask::Kind::source}, c.last<Remember>().meta);
    CHECK(c.outcome(2)->picture->bytes->size() == 2'000);
    CHECK(c.count<Fetch>() == 1);
  }
}

TEST_CASE("metadata of a cold photo needs the header alone") {
  Case c(false);
  c.join(1, {.kind = Ask::Kind::meta});
  c.fetch(sent("jpeg"));
  CHECK(c.last<Render>().job.wanted.empty());
  c.render();
  CHECK(c.outcome(1)->meta->width == 1'000);
  CHECK(c.outcome(1)->picture == nullptr);
}
