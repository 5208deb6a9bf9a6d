#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "proxy/origin/ews_origin.h"
#include "proxy/origin/graph_origin.h"
#include "proxy/origin/ucwa_origin.h"
#include "tests/proxy/origin/live_case.h"

using namespace likeness;
using namespace likeness::origin;

TEST_CASE("a Graph photo is fetched after its tag, and again only when the tag changes") {
  Case<GraphOrigin> c({{kPhoto, {metadata("t1"), metadata("t1"), metadata("t2")}},
                       {kPhoto + "/$value", {answer("200 OK", "one"), answer("200 OK", "two")}}},
                      Auth::token, GraphFlavour::graph);
  const auto first = c.fetch("AA").value();
  CHECK(*first.bytes == "one");
  const auto same = c.fetch("AA", first.validators.etag).value();
  CHECK(same.bytes == nullptr);
  CHECK(same.validators.etag == first.validators.etag);
  const auto second = c.fetch("AA", first.validators.etag).value();
  CHECK(*second.bytes == "two");
  CHECK(second.validators.etag != first.validators.etag);
  CHECK(c.service.targets() ==
        Targets{kPhoto, kPhoto + "/$value", kPhoto, kPhoto, kPhoto + "/$value"});
  for (const auto& head : c.service.heads())
    CHECK(head.find("Authorization: Bearer static\r\n") != std::string::npos);
  CHECK(c.origin.stats().queued == 0);
}

TEST_CASE("without a tag the answer's own ETag is the validator") {
  const std::string no_tag = answer("200 OK", R"({"Id":"103X77","Width":103,"Height":77})");
  const std::string photo = "/api/v2.0/me/contacts('AA')/photo";
  Case<GraphOrigin> c({{photo, {no_tag}},
                       {photo + "/$value",
                        {answer("200 OK", "one", "ETag: \"v\"\r\n"),
                         "HTTP/1.1 304 Not Modified\r\nETag: \"v\"\r\n\r\n"}}},
                      Auth::none, GraphFlavour::outlook);
  const auto first = c.fetch("AA").value();
  CHECK(first.validators.etag == "\"v\"");
  CHECK(c.fetch("AA", first.validators.etag).value().bytes == nullptr);
  CHECK(c.service.heads().back().find("If-None-Match: \"v\"\r\n") != std::string::npos);
  CHECK(c.service.heads().back().find("Authorization") == std::string::npos);
}

TEST_CASE("a contact without a photo shows the user's with its address") {
  Service::Answers answers{
      {kAddresses,
       {answer("200 OK", R"({"emailAddresses":[{"address":"a@x"},{"address":"b@x"}]})")}},
      {"/v1.0/users/b%40x/photo", {metadata("u")}},
      {"/v1.0/users/b%40x/photo/$value", {answer("200 OK", "user")}}};
  SECTION("one address after the other") {
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(*c.fetch("AA").value().bytes == "user");
    CHECK(c.service.targets() == Targets{kPhoto, kAddresses, "/v1.0/users/a%40x/photo",
                                         "/v1.0/users/b%40x/photo",
                                         "/v1.0/users/b%40x/photo/$value"});
  }
  SECTION("unless the settings say no") {
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    c.settings.fallback_to_user = false;
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
    CHECK(c.service.targets() == Targets{kPhoto});
  }
  SECTION("nobody has one") {
    answers.erase("/v1.0/users/b%40x/photo");
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
  }
  SECTION("the contact has no address, or is not there") {
    answers[kAddresses] = {answer("200 OK", R"({"emailAddresses":[]})"), kNone};
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
    CHECK(c.fetch("AA").error().code == Errc::no_photo);
  }
  SECTION("a failure on the way is a failure") {
    answers["/v1.0/users/a%40x/photo"] = {answer("500 Oops", "")};
    Case<GraphOrigin> c(answers, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("AA").error().code == Errc::origin_failed);
  }
  SECTION("a user's own photo has no chain") {
    Case<GraphOrigin> c({}, Auth::none, GraphFlavour::graph);
    CHECK(c.fetch("a@x").error().code == Errc::no_photo);
    CHECK(c.service.targets().size() == 1);
  }
}

TEST_CASE("a throttled service is left alone by the whole process until its time has come") {
  Case<GraphOrigin> c(
      {{kPhoto, {answer("429 Too Many", "", "Retry-After: 2.128\r\n"), metadata("t")}},
       {kPhoto + "/$value", {answer("200 OK", "one")}}},
      Auth::none, GraphFlavour::graph);
  const auto error = c.fetch("AA").error();
  CHECK(error.code == Errc::throttled);
  CHECK(error.retry_after == milliseconds(2'128));

  // Another loop of the process, another photo.
  test::TestLoop other_loop;
  GraphOrigin other(other_loop, c.settings, c.shared, GraphFlavour::graph, c.service.url());
  std::optional<Result<Fetched>> result;
  other.fetch("BB", {}, {}, [&](auto got) { result = std::move(got); });
  REQUIRE(other_loop.run_until([&] { return result.has_value(); }));
  CHECK(result->error().code == Errc::throttled);
  CHECK(result->error().retry_after > milliseconds(0));
  CHECK(c.service.targets().size() == 1);

  c.loop.advance(seconds(3));
  CHECK(*c.fetch("AA").value().bytes == "one");
}

TEST_CASE("Exchange is asked for its largest size, conditionally") {
  const std::string photo = "/ews/Exchange.asmx/s/GetUserPhoto?email=a%40x&size=HR648x648";
  Case<EwsOrigin> c({{photo,
                      {answer("200 OK", "one", "ETag: \"v\"\r\n"),
                       "HTTP/1.1 304 Not Modified\r\n\r\n", answer("404 None", "")}}},
                    Auth::none);
  const auto first = c.fetch("a@x").value();
  CHECK(first.validators.etag == "\"v\"");
  CHECK(c.fetch("a@x", "\"v\"").value().bytes == nullptr);
  CHECK(c.service.heads().back().find("If-None-Match: \"v\"\r\n") != std::string::npos);
  CHECK(c.fetch("a@x").error().code == Errc::no_photo);
  CHECK(c.fetch("AAMk").error().code == Errc::no_photo);
  CHECK(c.service.heads().size() == 3);
}

TEST_CASE("no more requests are in flight than the process has slots, whatever loop they are on") {
  test::TestLoop loops[2];
  auto slots = std::make_shared<Slots>(2, 3);
  std::deque<Slots::Hold> holds;
  int refused = 0;
  for (int i = 0; i < 7; ++i)
    slots->acquire(loops[i % 2], [&](Result<Slots::Hold> hold) {
      if (hold) return holds.push_back(std::move(*hold));
      CHECK(hold.error().code == Errc::overloaded);
      ++refused;
    });
  CHECK(holds.empty());
  const auto turn = [&] {
    for (auto& loop : loops) loop.turn();
  };
  turn();
  CHECK(holds.size() == 2);
  CHECK(refused == 2);
  for (int i = 0; i < 3; ++i) {
    holds.pop_front();
    turn();
    CHECK(holds.size() == 2);
  }
  holds.clear();
  turn();
  slots->acquire(loops[0], [&](Result<Slots::Hold> hold) { holds.push_back(std::move(*hold)); });
  turn();
  CHECK(holds.size() == 1);
}

TEST_CASE("an origin may end while it waits for a slot, a token or an answer") {
  auto c = std::make_unique<Case<GraphOrigin>>(
      Service::Answers{{"/token", {std::string(ScriptedServer::kSilence)}}}, Auth::token,
      std::string("scope"), GraphFlavour::graph);
  bool called = false;
  c->origin.fetch("AA", {}, {}, [&](const auto&) { called = true; });
  REQUIRE(c->loop.run_until([&] { return !c->service.heads().empty(); }));
  c.reset();
  auto d = std::make_unique<Case<GraphOrigin>>(
      Service::Answers{{kPhoto, {std::string(ScriptedServer::kSilence)}}}, Auth::none,
      GraphFlavour::graph);
  for (int i = 0; i < 8; ++i) d->origin.fetch("AA", {}, {}, [&](const auto&) { called = true; });
  REQUIRE(d->loop.run_until([&] { return !d->service.heads().empty(); }));
  d.reset();
  CHECK_FALSE(called);
}
