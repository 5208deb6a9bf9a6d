#include "proxy/photo/miss.h"

#include <catch2/catch.hpp>

#include "proxy/photo/digest.h"

using namespace likeness;
using namespace likeness::photo;
using cache::Meta;
using cache::MetaPtr;
using cache::PicturePtr;
using std::chrono::hours;

namespace {

const WallClock::time_point kNow{hours(500'000)};

MissSettings with_store(bool has_store) {
  MissSettings settings;
  settings.has_store = has_store;
  settings.imaging.max_source_kept_bytes = 1'000;
  return settings;
}

Ask square(int edge) { return {.spec = {.box = {edge, edge}}}; }

Meta photo_meta(std::string_view source, WallClock::time_point fresh_until) {
  return {.status = Meta::Status::photo,
          .version = digest(source),
          .content_type = "image/jpeg",
          .width = 1'000,
          .height = 800,
          .bytes = source.size(),
          .origin_etag = "\"v\"",
          .fetched = fresh_until - hours(1),
          .modified = fresh_until - hours(1),
          .fresh_until = fresh_until};
}

PicturePtr picture_of(std::string_view source, std::string bytes) {
  cache::Picture picture;
  picture.etag = entity_tag(bytes);
  picture.bytes = share(std::move(bytes));
  picture.content_type = "image/jpeg";
  picture.version = digest(source);
  return std::make_shared<const cache::Picture>(std::move(picture));
}

origin::Fetched sent(std::string bytes) {
  return {share(std::move(bytes)), {"\"v\"", ""}, std::nullopt};
}

// A miss and everything it ever wanted done.
class Case {
 public:
  explicit Case(bool has_store) : miss(with_store(has_store)) {}

  void join(WaiterId id, const Ask& ask, const MetaPtr& meta = nullptr,
            const PicturePtr& picture = nullptr, bool vouched = true) {
    miss.join(id, ask, {vouched, meta, picture, nullptr, nullptr}, now);
    take();
  }
  void look_up(Result<cache::StoredRecord> result) {
    miss.looked_up(std::move(result), now);
    take();
  }
  void claim(Result<std::optional<cache::FillToken>> result) {
    miss.claimed(std::move(result), now);
    take();
  }
  void awaited(bool long_enough) {
    miss.awaited(long_enough, now);
    take();
  }
  void detach() {
    miss.detach();
    take();
  }
  void fetch(Result<origin::Fetched> result) {
    miss.fetched(std::move(result), now);
    take();
  }
  // Finishes the latest job as a worker would.
  void render(bool with_master = false) { finish(last<Render>(), with_master); }
  void finish(const Render& render, bool with_master = false) {
    imaging::Rendered rendered{{{1'000, 800}, "image/jpeg"}, {}, {}};
    for (const auto& spec : render.job.wanted)
      rendered.pictures.push_back({share("picture of " + *render.job.source),
                                   imaging::output_size({1'000, 800}, spec), spec.format});
    if (with_master) rendered.master = imaging::Picture{share("master"), {500, 400}, {}};
    miss.rendered(render.id, std::move(rendered), now);
    take();
  }

  template <class T>
  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const Action& action : done) n += std::holds_alternative<T>(action) ? 1 : 0;
    return n;
  }
  template <class T>
  [[nodiscard]] const T& last() const {
    for (auto action = done.rbegin(); action != done.rend(); ++action)
      if (const T* found = std::get_if<T>(&*action)) return *found;
    throw std::logic_error("no such action");
  }
  [[nodiscard]] const Outcome& outcome(WaiterId id) const {
    const Outcome* found = nullptr;
    for (const Action& action : done) {
      const auto* answer = std::get_if<Answer>(&action);
      if (answer == nullptr || answer->waiter != id) continue;
      if (found != nullptr) throw std::logic_error("answered twice");
      found = &answer->outcome;
    }
    if (found == nullptr) throw std::logic_error("not answered");
    return *found;
  }

  Miss miss;
  WallClock::time_point now = kNow;
  std::vector<Action> done;

 private:
  void take() {
    for (Action& action : miss.take_actions()) done.push_back(std::move(action));
  }
};

const cache::StoredRecord kNothingStored{};

}  // namespace

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
  Case c(false);
  c.miss = Miss(settings);
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
