#include "proxy/debug.h"

#include <catch2/catch.hpp>
#include <memory>
#include <nlohmann/json.hpp>

namespace likeness {
namespace {

using cache::Meta;
using nlohmann::json;
using std::chrono::hours;

const WallClock::time_point kNow{hours(500'000)};

std::shared_ptr<Meta> photo_meta() {
  return std::make_shared<Meta>(Meta{.status = Meta::Status::photo,
                                     .version = "0123",
                                     .content_type = "image/jpeg",
                                     .width = 640,
                                     .height = 480,
                                     .bytes = 50'000,
                                     .origin_etag = "\"\xff\"",
                                     .fetched = kNow - hours(1),
                                     .fresh_until = kNow + hours(1)});
}

json document(const photo::Inspection& seen) {
  return json::parse(inspection_document("ada", seen, kNow, {}));
}

TEST_CASE("nothing is known of a photo that nobody asked for") {
  const auto seen = document({});
  CHECK(seen["photo"] == "ada");
  CHECK(seen["memory"].is_null());
  CHECK(seen["flight"].is_null());
  CHECK_FALSE(seen.contains("store"));
}

TEST_CASE("what is in memory is told with its lifetime and the origin's last word") {
  photo::Inspection inspection{.meta = photo_meta(), .vouched = true};
  inspection.pictures = {{"48x48-crop.jpeg", std::make_shared<const cache::Picture>(
                                                 cache::Picture{.bytes = share(std::string("jpeg")),
                                                                .content_type = "image/jpeg",
                                                                .width = 48,
                                                                .height = 48,
                                                                .etag = "W/\"1\"",
                                                                .version = "0123"})}};
  const auto memory = document(inspection)["memory"];
  CHECK(memory["version"] == "0123");
  CHECK(memory["state"] == "fresh");
  CHECK(memory["vouched"] == true);
  CHECK(memory["inStore"] == false);
  CHECK(memory["origin"]["said"] == "photo");
  CHECK(memory["origin"]["etag"] == "\"\xef\xbf\xbd\"");
  CHECK(memory["pictures"][0]["bytes"] == 4);
}

TEST_CASE("a photo that is served although its origin fails says why and for how long") {
  auto meta = photo_meta();
  meta->fresh_until = kNow - hours(1);
  meta->retry_at = kNow + seconds(10);
  meta->failure = Errc::origin_unreachable;
  const auto memory = document({.meta = meta})["memory"];
  CHECK(memory["state"] == "stale, while revalidating");
  CHECK(memory["origin"]["failure"] == name(Errc::origin_unreachable));
  CHECK(memory["origin"].contains("notAskedBefore"));
}

TEST_CASE("a store that cannot be read is told apart from one that has nothing") {
  photo::Inspection inspection;
  inspection.stored = cache::Listing();
  CHECK(document(inspection)["store"].is_null());
  inspection.stored = fail(Errc::store_unavailable, "refused");
  CHECK(document(inspection)["store"]["error"] == name(Errc::store_unavailable));
  inspection.stored = cache::Listing{.claimed = true};
  CHECK(document(inspection)["store"]["claimed"] == true);
}

}  // namespace
}  // namespace likeness
