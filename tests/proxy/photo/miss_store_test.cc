#include <catch2/catch.hpp>

#include "proxy/photo/miss.h"
#include "tests/proxy/photo/miss_case.h"

using namespace likeness;
using namespace likeness::photo;
using cache::Meta;
using cache::MetaPtr;
using cache::PicturePtr;
using std::chrono::hours;

TEST_CASE("with a store the look-up and the claim come before the fetch, and the fill after it") {
  Case c(true);
  c.join(1, square(240));
  REQUIRE(c.count<LookUp>() == 1);
  CHECK(c.last<LookUp>().names.size() == 1);
  CHECK(c.count<Claim>() == 0);
  c.look_up(kNothingStored);
  REQUIRE(c.count<Claim>() == 1);
  CHECK(c.count<Fetch>() == 0);
  c.claim(std::optional<cache::FillToken>("token"));
  REQUIRE(c.count<Fetch>() == 1);
  c.fetch(sent("jpeg"));
  c.render();
  REQUIRE(c.count<Fill>() == 1);
  CHECK(c.last<Fill>().token == "token");
  CHECK(c.last<Fill>().write.pictures.size() == 2);
  CHECK(c.outcome(1).has_value());
}

TEST_CASE("an unusable store only means that nothing is shared") {
  Case c(true);
  c.join(1, square(240));
  c.look_up(fail(Errc::store_unavailable));
  c.claim(fail(Errc::store_unavailable));
  c.fetch(sent("jpeg"));
  c.render();
  CHECK(c.outcome(1).has_value());
  CHECK(c.count<Remember>() == 1);
  CHECK(c.count<Fill>() == 0);
}

TEST_CASE("while another process fetches a photo nobody else does") {
  Case c(true);
  c.join(1, square(240));
  c.look_up(kNothingStored);
  c.claim(std::optional<cache::FillToken>());
  REQUIRE(c.count<Await>() == 1);
  CHECK(c.count<Fetch>() == 0);
  CHECK_FALSE(c.miss.idle());
  c.join(2, square(96));
  CHECK(c.count<Fetch>() == 0);
  SECTION("its result answers everyone") {
    c.awaited(false);
    REQUIRE(c.count<LookUp>() == 2);
    CHECK(c.last<LookUp>().names.size() == 2);
    const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
    c.look_up(
        cache::StoredRecord{meta, {picture_of("jpeg", "small"), picture_of("jpeg", "smaller")}});
    CHECK(*c.outcome(1)->picture->bytes == "small");
    CHECK(*c.outcome(2)->picture->bytes == "smaller");
    CHECK(c.outcome(1)->via == Via::store);
    CHECK(c.miss.idle());
  }
  SECTION("without a result they try again") {
    c.awaited(false);
    c.look_up(kNothingStored);
    CHECK(c.count<Claim>() == 2);
    c.claim(std::optional<cache::FillToken>("token"));
    c.fetch(sent("jpeg"));
    c.render();
    CHECK(c.last<Fill>().token == "token");
    CHECK(c.outcome(2).has_value());
  }
  SECTION("who has waited long enough fetches for those who wait, and for nobody else") {
    c.awaited(true);
    CHECK(c.count<Fetch>() == 1);
    c.fetch(sent("jpeg"));
    c.render();
    CHECK(c.outcome(1).has_value());
    CHECK(c.outcome(2).has_value());
    CHECK(c.count<Remember>() == 1);
    CHECK(c.last<Remember>().shown_only);
    CHECK(c.count<Fill>() == 0);
    CHECK(c.miss.idle());
  }
}

TEST_CASE("a stale photo that another process refreshes is shown until the store has a newer one") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("old", kNow - hours(1)));
  c.join(1, square(240), meta, picture_of("old", "small"));
  REQUIRE(c.outcome(1)->stale);
  c.look_up(cache::StoredRecord{meta, {}});
  const bool waits = GENERATE(true, false);
  if (waits) c.claim(std::optional<cache::FillToken>());
  c.join(2, square(240), meta, picture_of("old", "small"));
  CHECK(*c.outcome(2)->picture->bytes == "small");
  c.miss.forget();
  CHECK_FALSE(c.miss.version());
  c.join(3, square(240));
  CHECK_THROWS(c.outcome(3));
  if (waits) {
    c.awaited(false);
    const auto newer = std::make_shared<const Meta>(photo_meta("new", kNow + hours(1)));
    c.look_up(cache::StoredRecord{newer, {picture_of("new", "newer")}});
    CHECK(*c.outcome(3)->picture->bytes == "newer");
  } else {
    c.claim(std::optional<cache::FillToken>("token"));
    CHECK(c.last<Fetch>().have.empty());
    c.fetch(sent("new"));
    c.render();
    CHECK(*c.outcome(3)->picture->bytes == "picture of new");
  }
  CHECK(c.miss.idle());
}

TEST_CASE("a fetch that fails asks the store once more before it is an error") {
  Case c(true);
  c.join(1, square(240));
  c.look_up(kNothingStored);
  c.claim(std::optional<cache::FillToken>("token"));
  c.fetch(fail(Errc::origin_timeout));
  REQUIRE(c.count<LookUp>() == 2);
  CHECK_THROWS(c.outcome(1));
  SECTION("another process has stored it meanwhile") {
    const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
    c.look_up(cache::StoredRecord{meta, {picture_of("jpeg", "small")}});
    CHECK(*c.outcome(1)->picture->bytes == "small");
    CHECK(c.count<Release>() == 1);
  }
  SECTION("nobody has") {
    c.look_up(kNothingStored);
    CHECK(c.outcome(1).error().error.code == Errc::origin_timeout);
    CHECK(c.last<Fill>().write.meta.status == Meta::Status::failed);
  }
  CHECK(c.count<Fetch>() == 1);
  CHECK(c.miss.idle());
}

TEST_CASE("a claim that comes to nothing is given back") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow - hours(48)));
  c.join(1, square(240), meta, picture_of("jpeg", "small"));
  c.look_up(kNothingStored);
  c.claim(std::optional<cache::FillToken>("token"));
  CHECK(c.miss.claim() == "token");
  SECTION("because the origin fails") {
    c.fetch(fail(Errc::origin_timeout));
    CHECK(c.outcome(1)->stale);
  }
  SECTION("because the photo has changed") {
    c.detach();
    c.fetch(sent("jpeg"));
  }
  REQUIRE(c.count<Release>() == 1);
  CHECK(c.last<Release>().token == "token");
  CHECK_FALSE(c.miss.claim().has_value());
  CHECK(c.count<Fill>() == 0);
}

TEST_CASE("what nobody vouches for is asked for again, however fresh it is") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
  c.join(1, square(240), meta, picture_of("jpeg", "small"), false);
  REQUIRE(c.count<LookUp>() == 1);
  CHECK(c.count<Answer>() == 0);
  SECTION("the store confirms it") {
    c.look_up(cache::StoredRecord{meta, {nullptr}});
    CHECK(*c.outcome(1)->picture->bytes == "small");
    CHECK_FALSE(c.outcome(1)->stale);
    CHECK(c.last<Remember>().says == Source::store);
    CHECK(c.count<Fetch>() == 0);
  }
  SECTION("the store has another version") {
    const auto other = std::make_shared<const Meta>(photo_meta("other", kNow + hours(1)));
    c.look_up(cache::StoredRecord{other, {picture_of("other", "new")}});
    CHECK(*c.outcome(1)->picture->bytes == "new");
  }
  SECTION("the origin confirms it") {
    c.look_up(kNothingStored);
    c.claim(fail(Errc::store_unavailable));
    CHECK(c.last<Fetch>().have.etag == "\"v\"");
    c.fetch(origin::Fetched{});
    CHECK(*c.outcome(1)->picture->bytes == "small");
    CHECK(c.outcome(1)->via == Via::revalidated);
  }
  SECTION("nobody can be asked: it beats an error") {
    c.look_up(fail(Errc::store_unavailable));
    c.claim(fail(Errc::store_unavailable));
    c.fetch(fail(Errc::origin_unreachable));
    CHECK(c.outcome(1)->stale);
    CHECK(c.last<Remember>().says == Source::nobody);
  }
}

TEST_CASE("a picture in the store is answered after one look-up") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
  c.join(1, square(240));
  c.look_up(cache::StoredRecord{meta, {picture_of("jpeg", "small")}});
  REQUIRE(c.outcome(1).has_value());
  CHECK(c.outcome(1)->via == Via::store);
  CHECK(c.outcome(1)->picture->head.find("Content-Type: image/jpeg\r\n") == 0);
  CHECK(c.count<LookUp>() == 1);
  CHECK(c.count<Fetch>() == 0);
  CHECK(c.miss.idle());
}

TEST_CASE("a stored master makes a new size without the origin") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
  c.join(1, square(240));
  c.look_up(cache::StoredRecord{meta, {nullptr}});
  REQUIRE(c.count<LookUp>() == 2);
  CHECK(c.last<LookUp>().names == std::vector<std::string>{"source", "master"});
  SECTION("the source itself: a second size, so a master is made as well") {
    c.look_up(cache::StoredRecord{meta, {picture_of("jpeg", "jpeg"), nullptr}});
    REQUIRE(c.count<Render>() == 1);
    CHECK(c.last<Render>().job.master_edge == 1'024);
    c.render(true);
    CHECK(c.outcome(1)->via == Via::rendered);
    CHECK(c.last<Save>().name == cache::kMasterName);
    CHECK(c.last<Save>().instead_of == cache::kSourceName);
    CHECK(c.count<Fetch>() == 0);
  }
  SECTION("a master that is too small for what is asked: back to the origin") {
    auto small = std::make_shared<cache::Picture>(*picture_of("jpeg", "m"));
    small->width = small->height = 100;
    c.look_up(cache::StoredRecord{meta, {nullptr, small}});
    REQUIRE(c.count<Claim>() == 1);
    c.claim(std::optional<cache::FillToken>("t"));
    CHECK(c.last<Fetch>().have.empty());
    c.fetch(sent("jpeg"));
    c.render();
    CHECK(c.outcome(1).has_value());
  }
}

TEST_CASE("with a store a stale photo is looked up there before the origin is asked") {
  Case c(true);
  const auto meta = std::make_shared<const Meta>(photo_meta("jpeg", kNow - seconds(5)));
  c.join(1, square(240), meta, picture_of("jpeg", "old"));
  CHECK(c.outcome(1)->stale);
  REQUIRE(c.count<LookUp>() == 1);
  const auto refreshed = std::make_shared<const Meta>(photo_meta("jpeg", kNow + hours(1)));
  c.look_up(cache::StoredRecord{refreshed, {}});
  CHECK(c.last<Remember>().meta == refreshed);
  CHECK(c.count<Claim>() == 0);
  CHECK(c.miss.idle());
}

TEST_CASE("after a detach everyone is answered and nothing is written") {
  Case c(true);
  c.join(1, square(240));
  c.look_up(kNothingStored);
  c.claim(std::optional<cache::FillToken>("t"));
  c.miss.detach();
  c.fetch(sent("jpeg"));
  c.render();
  CHECK(c.outcome(1).has_value());
  CHECK(c.last<Remember>().shown_only);
  CHECK(c.count<Remember>() == 1);
  CHECK(c.count<Fill>() + c.count<Save>() == 0);
}
