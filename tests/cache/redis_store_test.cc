#include "cache/redis_store.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/cache/store_client.h"

namespace likeness::cache {

using test::RedisServer;

TEST_CASE("a master takes the place of its source", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  const auto token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, photo_meta("v1"),
                 {{std::string(kSourceName), picture("v1", "source")}}));
  CHECK(a.try_put("ann", kMasterName, picture("v2", "late"), kSourceName).value() == false);
  CHECK(a.bytes("ann", "source") == "source");
  CHECK(a.try_put("ann", kMasterName, picture("v1", "master"), kSourceName).value());
  CHECK(a.bytes("ann", "source") == "(none)");
  CHECK(a.bytes("ann", "master") == "master");
}

TEST_CASE("a photo that nobody stored is found empty", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  const auto found = a.look_up("ann", {"master", "240"});
  CHECK(found.meta == nullptr);
  CHECK(found.pictures == std::vector<PicturePtr>{nullptr, nullptr});
}

TEST_CASE("what one store fills another one finds, whatever the photo's id", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  StoreClient b(server);
  const std::string photo =
      GENERATE(as<std::string>(), "ann@example.com", "{ann}", "}{", "", std::string("\0\r\n*", 4));
  const auto token = a.claim(photo);
  REQUIRE(token.has_value());
  const std::string binary("\xFF\xD8\0\r\n", 5);
  CHECK(a.fill(photo, *token, photo_meta("v1"),
               {{"master", picture("v1", "the master")}, {"240", picture("v1", binary)}}));
  const auto found = b.look_up(photo, {"240", "48", "master"});
  REQUIRE(found.meta);
  CHECK(found.meta->version == "v1");
  CHECK(found.meta->width == 648);
  REQUIRE(found.pictures.size() == 3);
  REQUIRE(found.pictures[0]);
  CHECK(*found.pictures[0]->bytes == binary);
  CHECK(found.pictures[0]->etag == "\"0123456789abcdef\"");
  CHECK(found.pictures[1] == nullptr);
  CHECK(*found.pictures[2]->bytes == "the master");
  CHECK(b.look_up("another", {}).meta == nullptr);
  const auto left = std::stoll(server.run({"PTTL", "likeness:" + photo}));
  CHECK(left > 3'500'000);
  CHECK(left <= 3'600'000);
}

TEST_CASE("absent photos and failures are records too", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, Meta{}, {}, seconds(300)));
  const auto found = a.look_up("ann", {"master"});
  CHECK(found.meta->status == Meta::Status::no_photo);
  CHECK(found.pictures[0] == nullptr);
  CHECK(server.run({"HEXISTS", kKey, "master"}) == "0");
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 300'000);
}

TEST_CASE("a listing tells all of a record but its pictures' bytes", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  const auto list = [&] { return a.list("ann"); };
  CHECK(list().meta == nullptr);
  CHECK_FALSE(list().claimed);
  a.store_photo("ann", "v1");
  REQUIRE(a.put("ann", "48x48-crop.jpeg", picture("v1", "small")));
  REQUIRE(a.claim("ann"));
  const Listing listing = list();
  REQUIRE(listing.meta);
  CHECK(listing.meta->version == "v1");
  CHECK(listing.meta->span.has_value());
  CHECK(listing.claimed);
  CHECK(listing.life > milliseconds(0));
  CHECK(listing.life <= kLife);
  REQUIRE(listing.pictures.size() == 2);
  CHECK(listing.pictures[0].first == "48x48-crop.jpeg");
  CHECK(listing.pictures[0].second > std::string_view("small").size());
  CHECK(listing.pictures[1].first == kMasterName);
  server.run({"DEL", kKey});
  server.run({"SET", kKey, "of another type"});
  CHECK(list().meta == nullptr);
}

TEST_CASE("all records whose ids begin so are erased, and no others", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  for (int i = 0; i < 2'500; ++i)
    server.run({"HSET", "likeness:team*" + std::to_string(i), "version", "v"});
  a.store_photo("team", "v1");
  a.store_photo("teams", "v1");
  a.erase_all("team*");
  CHECK(server.run({"DBSIZE"}) == "2");
  server.run({"SET", "stranger", "text"});
  a.erase_all("");
  CHECK(server.run({"DBSIZE"}) == "1");
}

TEST_CASE("all records that are wanted are found", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  for (int i = 0; i < 2'500; ++i)
    server.run({"HSET", "likeness:p" + std::to_string(i), "version", "v"});
  server.run({"SET", "stranger9", "text"});
  auto found = StoreClient::good(a.wait<std::vector<std::string>>([&](auto done) {
    a.store.find_all([](std::string_view photo) { return photo.ends_with("99"); }, std::move(done));
  }));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  CHECK(found.size() == 25);
  CHECK(std::ranges::find(found, "p2499") != found.end());
}

TEST_CASE("a fill with another version drops the pictures, one with the same keeps them",
          "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  a.store_photo("ann", "v1");
  REQUIRE(a.put("ann", "240", picture("v1", "240 of v1")));
  auto token = a.claim("ann");
  Meta refreshed = photo_meta("v1");
  refreshed.origin_etag = "\"new\"";
  REQUIRE(a.fill("ann", *token, refreshed, {{"master", picture("v1", "again")}}));
  CHECK(a.look_up("ann").meta->origin_etag == "\"new\"");
  CHECK(a.bytes("ann", "240") == "240 of v1");
  CHECK(a.bytes("ann", "master") == "v1");

  token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, photo_meta("v2"), {{"48", picture("v2", "48 of v2")}}));
  CHECK(a.bytes("ann", "240") == "(none)");
  CHECK(a.bytes("ann", "master") == "(none)");
  CHECK(a.bytes("ann", "48") == "48 of v2");
}

TEST_CASE("a picture is stored beside its own version only, and the first one stays",
          "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  StoreClient b(server);
  CHECK_FALSE(a.put("ann", "240", picture("v1", "early")));
  CHECK(server.run({"EXISTS", kKey}) == "0");
  a.store_photo("ann", "v1");
  CHECK(a.put("ann", "240", picture("v1", "first")));
  CHECK_FALSE(b.put("ann", "240", picture("v1", "second")));
  CHECK(b.bytes("ann", "240") == "first");
  b.store_photo("ann", "v2");
  CHECK_FALSE(a.put("ann", "48", picture("v1", "late")));
  CHECK(a.put("ann", "240", picture("v2", "of v2")));
  b.erase("ann");
  CHECK_FALSE(a.put("ann", "48", picture("v2", "late")));
  CHECK(server.run({"EXISTS", kKey}) == "0");
}

TEST_CASE("a record takes so many variants, the master and a claim not counted", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server, 2);
  a.store_photo("ann", "v1");
  CHECK(a.put("ann", "1", picture("v1", "x")));
  REQUIRE(a.claim("ann").has_value());
  CHECK(a.put("ann", "2", picture("v1", "x")));
  CHECK_FALSE(a.put("ann", "3", picture("v1", "x")));
}

TEST_CASE("a picture of 20 MB goes there and back", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  std::string bytes(20 * kMiB, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 7);
  const auto token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, photo_meta("v1"), {{"master", picture("v1", bytes)}}));
  CHECK(a.bytes("ann", "master") == bytes);
}

TEST_CASE("a thousand look-ups at once are all answered, in order", "[redis_store]") {
  const RedisServer server;
  StoreClient a(server);
  for (int i = 0; i < 10; ++i) a.store_photo("p" + std::to_string(i), "v" + std::to_string(i));
  std::vector<int> order;
  for (int i = 0; i < 1'000; ++i) {
    a.store.look_up("p" + std::to_string(i % 10), {"master"}, [&, i](Result<StoredRecord> found) {
      REQUIRE(found.has_value());
      REQUIRE(*found->pictures[0]->bytes == "v" + std::to_string(i % 10));
      order.push_back(i);
    });
  }
  CHECK(a.store.stats().pending == 1'000);
  REQUIRE(a.loop.run_until([&] { return order.size() == 1'000; }));
  CHECK(std::ranges::is_sorted(order));
}

}  // namespace likeness::cache
