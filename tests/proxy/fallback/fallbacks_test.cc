#include "proxy/fallback/fallbacks.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "imaging/palette.h"
#include "proxy/dialects/router.h"
#include "proxy/dialects/web.h"
#include "tests/proxy/dialects/requests.h"
#include "tests/support/temp_folder.h"

using namespace likeness;
using namespace likeness::fallback;

namespace {

struct Case {
  explicit Case(const FallbackSettings& chosen = {}, bool knows_names = false)
      : settings(chosen), ask_name(knows_names ? asker() : nullptr) {}

  Names::Ask asker() {
    return [this](std::string_view photo, Names::Answer done) {
      asked.emplace_back(photo);
      names.push_back(std::move(done));
    };
  }
  void name(const Result<std::string>& given) {
    auto done = std::move(names.front());
    names.erase(names.begin());
    done(given);
  }

  [[nodiscard]] std::optional<StandIn> stand_in(std::string_view target,
                                                Errc failure = Errc::no_photo) const {
    const auto request = test::get(target);
    const auto parsed = dialects::parse_web(request, {});
    REQUIRE((parsed && parsed->has_value()));
    REQUIRE(fallbacks.known(request, **parsed));
    return fallbacks.stand_in(request, **parsed, failure, now);
  }
  [[nodiscard]] bool known(std::string_view target) const {
    const auto request = test::get(target);
    return fallbacks.known(request, **dialects::parse_web(request, {}));
  }
  void finish(Result<imaging::Rendered> result) {
    auto done = std::move(held.front());
    held.erase(held.begin());
    done(std::move(result));
  }

  FallbackSettings settings;
  Names::Ask ask_name;
  cache::MemoryCache memory{MemorySettings{}};
  Images images{settings.folder, kMiB};
  Clock::time_point now{};
  std::vector<imaging::Job> jobs;
  std::vector<imaging::Pool::Done> held;
  std::vector<std::string> asked;
  std::vector<Names::Answer> names;
  Fallbacks fallbacks{{memory, images,
                       [this](imaging::Job job, auto done) {
                         jobs.push_back(std::move(job));
                         held.push_back(std::move(done));
                       },
                       ask_name},
                      settings,
                      seconds(60)};
};

imaging::Rendered drawn(const std::string& bytes) {
  return {.info = {.size = {48, 48}, .content_type = "image/png"},
          .pictures = {{.bytes = share(bytes), .size = {48, 48}}}};
}

}  // namespace

TEST_CASE("without being asked for, nothing stands in") {
  const Case c;
  CHECK_FALSE(c.stand_in("/photos/ada"));
  CHECK_FALSE(c.stand_in("/photos/ada?fallback=404"));
  CHECK_FALSE(c.stand_in("/photos/ada/original?fallback=monogram"));
  CHECK_FALSE(c.stand_in("/photos/ada/meta?fallback=monogram"));
  CHECK_FALSE(c.known("/photos/ada?fallback=picasso"));
}

TEST_CASE("a route's default holds where the URL says nothing") {
  const Case c({.web = "silhouette"});
  CHECK(c.stand_in("/photos/ada")->job.drawing->initials.empty());
  CHECK(c.stand_in("/photos/ada?fallback=monogram")->job.drawing->initials.size() == 1);
  CHECK_FALSE(c.stand_in("/photos/ada?fallback=404"));
}

TEST_CASE("a monogram is of the given name, else of the id, in the contact's colour") {
  const Case c({.web = "monogram"});
  const auto by_id = c.stand_in("/photos/ada.king@example.org/HR64x32?dpr=2&fit=contain");
  CHECK(by_id->job.drawing->initials == std::vector<std::string>{"A", "K"});
  CHECK(by_id->job.wanted.front().box == imaging::Size{128, 64});
  const auto named = c.stand_in("/photos/ada.king@example.org/HR64x32?name=%D0%AE%20%D0%93&v=1");
  CHECK(named->job.drawing->initials == std::vector<std::string>{"Ю", "Г"});
  CHECK(named->job.drawing->colour == by_id->job.drawing->colour);
  CHECK(by_id->job.drawing->colour < imaging::kNeutral);
  CHECK(c.stand_in("/photos/123456")->job.drawing->initials.empty());
  CHECK(c.stand_in("/photos/123456?name=%F0%9F%A6%84")->job.drawing->initials.empty());
}

TEST_CASE("a contact's colour never changes") {
  const Case c({.web = "monogram"});
  CHECK(c.stand_in("/photos/ada")->job.drawing->colour == 11);
  CHECK(c.stand_in("/photos/grace")->job.drawing->colour == 5);
}

TEST_CASE("contacts share a picture that looks the same, and no other") {
  const Case c({.web = "silhouette"});
  const auto key = [&](std::string_view target) { return c.stand_in(target)->key; };
  CHECK(key("/photos/ada") == key("/photos/grace"));
  CHECK(key("/photos/ada?fit=contain&gravity=attention") == key("/photos/ada"));
  CHECK(key("/photos/ada") != key("/photos/ada/HR49x48"));
  CHECK(key("/photos/ada") != key("/photos/ada?format=webp"));
  CHECK(key("/photos/ada") != key("/photos/ada?fallback=monogram"));
  CHECK(key("/photos/ada?fallback=monogram") != key("/photos/ada?fallback=monogram&name=B"));
}

TEST_CASE("a failing origin is hidden only where the settings say so, a refusal never") {
  const Case off({.web = "silhouette"});
  CHECK_FALSE(off.stand_in("/photos/ada", Errc::origin_failed));
  const Case on({.web = "silhouette", .on_error = true});
  for (const Errc failure : {Errc::origin_failed, Errc::origin_timeout, Errc::origin_unreachable,
                             Errc::bad_source, Errc::overloaded})
    CHECK(on.stand_in("/photos/ada", failure));
  for (const Errc failure : {Errc::unauthorized, Errc::forbidden, Errc::origin_refused,
                             Errc::bad_request, Errc::shutting_down})
    CHECK_FALSE(on.stand_in("/photos/ada", failure));
}

TEST_CASE("named images are the files of a folder") {
  const test::TempFolder folder;
  std::ofstream(folder.path() / "team.png") << "team";
  std::ofstream(folder.path() / "monogram.png") << "never";
  std::ofstream(folder.path() / ".hidden") << "never";
  const Case c({.folder = folder.path().string()});
  const auto team = c.stand_in("/photos/ada/HR96x96?fallback=team");
  CHECK(*team->job.source == "team");
  CHECK_FALSE(team->job.drawing.has_value());
  CHECK(team->job.wanted.front().enlarge);
  CHECK(c.stand_in("/photos/a?fallback=monogram")->job.drawing.has_value());
  CHECK_FALSE(c.known("/photos/a?fallback=.hidden"));
  CHECK_THROWS_AS(Case({.web = "team"}), std::runtime_error);
  CHECK_THROWS_AS(Images((folder.path() / "none").string(), kMiB), std::runtime_error);
}

TEST_CASE("who waits for the same picture shares one drawing, which memory then has") {
  Case c({.web = "silhouette"});
  const auto wanted = c.stand_in("/photos/ada");
  CHECK(c.fallbacks.find(*wanted) == nullptr);
  std::vector<cache::PicturePtr> got;
  for (int i = 0; i < 3; ++i)
    c.fallbacks.make(*wanted, c.now, [&](auto picture) { got.push_back(*picture); });
  REQUIRE(c.held.size() == 1);
  c.finish(drawn("looks"));
  REQUIRE(got.size() == 3);
  CHECK(got[0] == got[2]);
  CHECK(c.fallbacks.find(*wanted) == got[0]);
  CHECK(*got[0]->bytes == "looks");
  CHECK(got[0]->head.find("ETag: " + got[0]->etag) != std::string::npos);
  CHECK(got[0]->head.find("Last-Modified") == std::string::npos);
}

TEST_CASE("a drawing that fails is told to all and tried again") {
  Case c({.web = "silhouette"});
  const auto wanted = c.stand_in("/photos/ada");
  int failures = 0;
  const auto count = [&](auto picture) { failures += picture ? 0 : 1; };
  c.fallbacks.make(*wanted, c.now, count);
  c.fallbacks.make(*wanted, c.now, count);
  c.finish(fail(Errc::overloaded));
  CHECK(failures == 2);
  c.fallbacks.make(*wanted, c.now, count);
  CHECK(c.held.size() == 1);
}

TEST_CASE("a contact's own name is asked for where the URL gives none, and believed for a while") {
  Case c({.web = "monogram"}, true);
  CHECK(c.stand_in("/photos/17?name=Bob")->job.drawing->initials == std::vector<std::string>{"B"});
  const auto wanted = c.stand_in("/photos/17");
  CHECK(c.fallbacks.find(*wanted) == nullptr);
  int pictures = 0;
  const auto count = [&](const auto& picture) { pictures += picture ? 1 : 0; };
  c.fallbacks.make(*wanted, c.now, count);
  CHECK(c.asked == std::vector<std::string>{"17"});
  c.name("Ada King");
  REQUIRE(c.jobs.size() == 1);
  CHECK(c.jobs[0].drawing->initials == std::vector<std::string>{"A", "K"});
  c.finish(drawn("AK"));
  CHECK(pictures == 1);

  const auto again = c.stand_in("/photos/17");
  REQUIRE(c.fallbacks.find(*again) != nullptr);
  CHECK(*c.fallbacks.find(*again)->bytes == "AK");
  c.now += seconds(60);
  c.fallbacks.make(*c.stand_in("/photos/17"), c.now, count);
  REQUIRE(c.asked.size() == 2);
  c.name("Ada King");
  CHECK(pictures == 2);  // From memory.
  CHECK(c.jobs.size() == 1);
}

TEST_CASE("a contact that nobody can name has the initials of its id") {
  Case c({.web = "monogram"}, true);
  c.fallbacks.make(*c.stand_in("/photos/bob@example.org"), c.now, [](const auto&) {});
  c.name(fail(Errc::no_photo));
  REQUIRE(c.jobs.size() == 1);
  CHECK(c.jobs[0].drawing->initials == std::vector<std::string>{"B"});
}

TEST_CASE("a contact is asked for again where the store did not answer") {
  Case c({.web = "monogram"}, true);
  for (const Errc failure : {Errc::overloaded, Errc::no_photo}) {
    c.fallbacks.make(*c.stand_in("/photos/bob"), c.now, [](const auto&) {});
    c.name(fail(failure));
    CHECK(c.stand_in("/photos/bob")->key.empty() == (failure == Errc::overloaded));
  }
}

TEST_CASE("names are bounded") {
  std::vector<Names::Answer> asked;
  Names names([&](std::string_view, Names::Answer done) { asked.push_back(std::move(done)); },
              seconds(60));
  const Clock::time_point now{};
  for (std::size_t i = 0; i <= Names::kMaxNames; ++i) {
    names.ask(std::to_string(i), now, [](const auto&) {});
    asked.back()("N");
  }
  CHECK_FALSE(names.find("0", now));
  CHECK(names.find(std::to_string(Names::kMaxNames), now) == "N");
}

TEST_CASE("only pictures have stand-ins, each route by its own setting") {
  const FallbackSettings settings{.ucwa = "monogram", .graph = "silhouette"};
  Case c(settings);
  const auto stands_in = [&](std::string_view target) {
    const auto request = test::get(target);
    const auto call = dialects::parse(request, {});
    REQUIRE(call);
    return c.fallbacks.stand_in(request, *call, Errc::no_photo, c.now).has_value();
  };
  CHECK(stands_in("/v1.0/users/a@b.c/photo/$value"));
  CHECK_FALSE(stands_in("/v1.0/users/a@b.c/photo"));
  CHECK_FALSE(stands_in("/v1.0/users/a@b.c/photos"));
  CHECK_FALSE(stands_in("/api/v2.0/users('a@b.c')/photo/$value"));
  CHECK_FALSE(stands_in("/ews/Exchange.asmx/s/GetUserPhoto?email=a@b.c&size=HR96x96"));
  CHECK(stands_in("/ucwa/v1/applications/1/people/ada/contactPhoto"));
}
