#include "cache/redis_store.h"

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "tests/cache/pictures.h"
#include "tests/support/redis_server.h"
#include "tests/support/test_loop.h"

namespace likeness::cache {
namespace {

using test::RedisServer;
using test::TestLoop;

constexpr seconds kLife{3'600};
constexpr milliseconds kLease{60'000};

RedisSettings patient() {
  RedisSettings settings;
  settings.connect_timeout = seconds(600);
  settings.command_timeout = seconds(600);
  return settings;
}

// A store with verbs that wait for their answers.
struct Client {
  explicit Client(const RedisServer& server, int max_variants = 64,
                  const RedisSettings& settings = patient())
      : store(loop, **parse_redis_url(server.unix_url()), settings, max_variants) {
    REQUIRE(loop.run_until([this] { return store.connected(); }));
  }

  template <class T, class Start>
  Result<T> wait(Start start) {
    std::optional<Result<T>> got;
    start([&got](Result<T> result) { got = std::move(result); });
    REQUIRE_FALSE(got.has_value());
    REQUIRE(loop.run_until([&got] { return got.has_value(); }, seconds(60)));
    return std::move(*got);
  }
  template <class T>
  static T good(Result<T> result) {
    if (!result) FAIL(result.error().detail);
    return std::move(*result);
  }
  Result<StoredRecord> try_look_up(std::string_view photo, const std::vector<std::string>& names) {
    return wait<StoredRecord>([&](auto done) { store.look_up(photo, names, std::move(done)); });
  }
  Result<Claimed> try_claim(std::string_view photo, milliseconds lease) {
    return wait<Claimed>([&](auto done) { store.claim(photo, lease, std::move(done)); });
  }
  Result<bool> try_put(std::string_view photo, std::string_view name, const PicturePtr& stored,
                       std::string_view instead_of = {}) {
    return wait<bool>(
        [&](auto done) { store.put_picture(photo, name, stored, instead_of, std::move(done)); });
  }
  StoredRecord look_up(std::string_view photo, const std::vector<std::string>& names = {}) {
    return good(try_look_up(photo, names));
  }
  std::optional<FillToken> claim(std::string_view photo, milliseconds lease = kLease) {
    return good(try_claim(photo, lease)).token;
  }
  Filled try_fill(std::string_view photo, const FillToken& token, const Meta& meta) {
    const Store::Write write{meta, {}, kLife};
    return good(wait<Filled>([&](auto done) { store.fill(photo, token, write, std::move(done)); }));
  }
  bool fill(std::string_view photo, const FillToken& token, const Meta& meta,
            std::vector<std::pair<std::string, PicturePtr>> pictures = {}, seconds life = kLife) {
    const Store::Write write{meta, std::move(pictures), life};
    return good(wait<Filled>([&](auto done) { store.fill(photo, token, write, std::move(done)); }))
        .written;
  }
  bool put(std::string_view photo, std::string_view name, const PicturePtr& stored) {
    return good(try_put(photo, name, stored));
  }
  Stamp erase(std::string_view photo, const Spared& spared = {}) {
    return good(wait<Stamp>([&](auto done) { store.erase(photo, spared, std::move(done)); }));
  }
  void erase_all(std::string_view photos) {
    const auto erased = wait<void>([&](auto done) { store.erase_all(photos, std::move(done)); });
    REQUIRE(erased.has_value());
  }
  Peeked peek(std::string_view photo) {
    return good(wait<Peeked>([&](auto done) { store.peek(photo, std::move(done)); }));
  }
  Listing list(std::string_view photo) {
    return good(wait<Listing>([&](auto done) { store.list(photo, std::move(done)); }));
  }
  // A record with the version and, as its master, the version's name.
  void store_photo(std::string_view photo, const std::string& version) {
    const auto token = claim(photo);
    REQUIRE(token.has_value());
    REQUIRE(fill(photo, *token, photo_meta(version),
                 {{std::string(kMasterName), picture(version, version)}}));
  }
  std::string bytes(std::string_view photo, const std::string& name) {
    const auto found = look_up(photo, {name});
    return found.pictures[0] ? *found.pictures[0]->bytes : "(none)";
  }

  TestLoop loop;
  RedisStore store;
};

const std::string kKey = "likeness:ann";

}  // namespace

TEST_CASE("a master takes the place of its source", "[redis_store]") {
  const RedisServer server;
  Client a(server);
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
  Client a(server);
  const auto found = a.look_up("ann", {"master", "240"});
  CHECK(found.meta == nullptr);
  CHECK(found.pictures == std::vector<PicturePtr>{nullptr, nullptr});
}

TEST_CASE("what one store fills another one finds, whatever the photo's id", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  Client b(server);
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
  Client a(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, Meta{}, {}, seconds(300)));
  const auto found = a.look_up("ann", {"master"});
  CHECK(found.meta->status == Meta::Status::no_photo);
  CHECK(found.pictures[0] == nullptr);
  CHECK(server.run({"HEXISTS", kKey, "master"}) == "0");
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 300'000);
}

TEST_CASE("only one of two claims is granted, until the record is filled", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  Client b(server);
  const auto first = a.claim("ann");
  REQUIRE(first.has_value());
  CHECK_FALSE(b.claim("ann").has_value());
  CHECK_FALSE(a.claim("ann").has_value());
  REQUIRE(a.fill("ann", *first, photo_meta("v1")));
  const auto second = b.claim("ann");
  REQUIRE(second.has_value());
  CHECK(*second != *first);
  CHECK_FALSE(a.fill("ann", *first, photo_meta("v9")));
  CHECK(a.look_up("ann").meta->version == "v1");
}

TEST_CASE("a claim on an absent record ends with its lease and leaves nothing", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  REQUIRE(a.claim("ann", milliseconds(30)).has_value());
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 30);
  REQUIRE(a.loop.run_until([&] { return server.run({"EXISTS", kKey}) == "0"; }));
  CHECK(a.claim("ann").has_value());
}

TEST_CASE("a claim on a record ends with its lease and leaves the record", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  Client b(server);
  a.store_photo("ann", "v1");
  const auto slow = a.claim("ann", milliseconds(30));
  REQUIRE(slow.has_value());
  std::optional<FillToken> next;
  REQUIRE(b.loop.run_until([&] { return (next = b.claim("ann")).has_value(); }));
  CHECK_FALSE(a.fill("ann", *slow, photo_meta("v2")));
  CHECK(b.fill("ann", *next, photo_meta("v3")));
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 3'500'000);
}

TEST_CASE("a claim keeps a record that is about to expire until the fill", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  server.run({"PEXPIRE", kKey, "5000"});
  const auto token = a.claim("ann");
  REQUIRE(token.has_value());
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 50'000);
  CHECK(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.bytes("ann", "master") == "v1");
}

TEST_CASE("a listing tells all of a record but its pictures' bytes", "[redis_store]") {
  const RedisServer server;
  Client a(server);
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

TEST_CASE("a peek tells version and claim", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  CHECK_FALSE(a.peek("ann").version.has_value());
  CHECK(a.peek("ann").claim.empty());
  const auto token = a.claim("ann");
  CHECK_FALSE(a.peek("ann").version.has_value());
  CHECK(a.peek("ann").claim == token);
  a.fill("ann", *token, photo_meta("v1"));
  CHECK(a.peek("ann").version == "v1");
  CHECK(a.peek("ann").claim.empty());
  server.run({"SET", kKey, "text"});
  CHECK_FALSE(a.peek("ann").version.has_value());
}

TEST_CASE("a claim can be renewed and given back by who holds it alone", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  const auto token = a.claim("ann", milliseconds(1'000));
  a.store.renew("ann", "somebody else's", kLease);
  a.store.release("ann", "somebody else's");
  CHECK(a.peek("ann").claim == token);
  CHECK(std::stoll(server.run({"PTTL", kKey})) <= 1'000);
  a.store.renew("ann", *token, milliseconds(50'000));
  CHECK(a.peek("ann").claim == token);
  CHECK(std::stoll(server.run({"PTTL", kKey})) > 1'000);
  a.store.release("ann", *token);
  CHECK(a.claim("ann").has_value());
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
}

TEST_CASE("all records whose ids begin so are erased, and no others", "[redis_store]") {
  const RedisServer server;
  Client a(server);
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
  Client a(server);
  for (int i = 0; i < 2'500; ++i)
    server.run({"HSET", "likeness:p" + std::to_string(i), "version", "v"});
  server.run({"SET", "stranger9", "text"});
  auto found = Client::good(a.wait<std::vector<std::string>>([&](auto done) {
    a.store.find_all([](std::string_view photo) { return photo.ends_with("99"); }, std::move(done));
  }));
  std::ranges::sort(found);
  found.erase(std::ranges::unique(found).begin(), found.end());
  CHECK(found.size() == 25);
  CHECK(std::ranges::find(found, "p2499") != found.end());
}

TEST_CASE("a fill after an erase is refused", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  Client b(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  b.erase("ann");
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.look_up("ann").meta == nullptr);

  // The same where another process has claimed, or even filled, the record since.
  const auto other = b.claim("ann");
  REQUIRE(other.has_value());
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(b.fill("ann", *other, photo_meta("v2")));
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  CHECK(a.look_up("ann").meta->version == "v2");
}

TEST_CASE("a record tells when it was asked for, by the server's clock", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  const auto claimed = Client::good(a.try_claim("ann", kLease));
  const auto refused = Client::good(a.try_claim("ann", kLease));
  CHECK_FALSE(refused.token.has_value());
  CHECK(refused.now > claimed.now);
  a.store.renew("ann", *claimed.token, kLease);
  const auto filled = a.try_fill("ann", *claimed.token, photo_meta("v1"));
  CHECK(filled.written);
  CHECK_FALSE(filled.replaced);
  CHECK(filled.now > refused.now);
  const auto meta = a.look_up("ann").meta;
  REQUIRE(meta->span.has_value());
  CHECK(meta->span->asked == claimed.now);
  CHECK(meta->span->filled == filled.now);

  const auto again = *a.claim("ann");
  const auto replaced = a.try_fill("ann", again, photo_meta("v2"));
  CHECK(replaced.replaced);
  CHECK(a.look_up("ann").meta->span->asked > filled.now);
  const auto late = a.try_fill("ann", again, photo_meta("v3"));
  CHECK_FALSE(late.written);
  CHECK(late.now > replaced.now);
  CHECK(a.erase("ann") > late.now);
}

TEST_CASE("an erasure spares what was asked for later, and the version that is right",
          "[redis_store]") {
  const RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  const Span span = *a.look_up("ann").meta->span;
  a.erase("ann", {.asked_since = span.asked, .version = {}});
  a.erase("ann", {.asked_since = span.filled, .version = "v1"});
  CHECK(a.look_up("ann").meta != nullptr);
  // A claim from before goes; one from later stays where there is nothing else.
  const auto old = *a.claim("ann");
  const auto now = a.erase("other", {});
  a.erase("ann", {.asked_since = now, .version = "v1"});
  CHECK(a.peek("ann").claim.empty());
  CHECK_FALSE(a.fill("ann", old, photo_meta("v1")));
  a.erase("ann", {.asked_since = span.filled, .version = "v2"});
  CHECK(a.look_up("ann").meta == nullptr);
  const auto next = *a.claim("ann");
  a.erase("ann", {.asked_since = span.filled, .version = {}});
  CHECK(a.fill("ann", next, photo_meta("v2")));
  server.run({"SET", kKey, "text"});
  a.erase("ann", {.asked_since = span.filled, .version = "v2"});
  CHECK(server.run({"DBSIZE"}) == "0");
}

TEST_CASE("a fill with another version drops the pictures, one with the same keeps them",
          "[redis_store]") {
  const RedisServer server;
  Client a(server);
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
  Client a(server);
  Client b(server);
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
  Client a(server, 2);
  a.store_photo("ann", "v1");
  CHECK(a.put("ann", "1", picture("v1", "x")));
  REQUIRE(a.claim("ann").has_value());
  CHECK(a.put("ann", "2", picture("v1", "x")));
  CHECK_FALSE(a.put("ann", "3", picture("v1", "x")));
}

TEST_CASE("scripts that Redis has forgotten are sent again", "[redis_store]") {
  RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  server.run({"SCRIPT", "FLUSH"});
  CHECK(a.put("ann", "240", picture("v1", "bytes")));
  CHECK_FALSE(a.put("ann", "240", picture("v1", "bytes")));
  server.run({"SCRIPT", "FLUSH"});
  a.store_photo("bob", "v1");
  CHECK(a.bytes("bob", "master") == "v1");
}

TEST_CASE("a restarted Redis is used again, empty", "[redis_store]") {
  RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  const auto token = a.claim("ann");
  server.stop();
  REQUIRE(a.loop.run_until([&] { return !a.store.connected(); }));
  const auto away = a.try_look_up("ann", {});
  REQUIRE_FALSE(away.has_value());
  CHECK(away.error().code == Errc::store_unavailable);
  server.start();
  REQUIRE(a.loop.run_until([&] {
    a.loop.advance(milliseconds(100));
    return a.store.connected();
  }));
  CHECK(a.look_up("ann").meta == nullptr);
  CHECK_FALSE(a.fill("ann", *token, photo_meta("v1")));
  a.store_photo("ann", "v2");
  CHECK(a.bytes("ann", "master") == "v2");
}

TEST_CASE("a value of another type under our key heals when it is filled", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  server.run({"SET", kKey, "an operator's mistake"});
  const auto found = a.look_up("ann", {"master"});
  CHECK(found.meta == nullptr);
  CHECK_FALSE(a.put("ann", "240", picture("v1", "x")));
  CHECK_FALSE(a.fill("ann", "no token", photo_meta("v1")));
  a.store_photo("ann", "v1");
  CHECK(a.bytes("ann", "master") == "v1");
}

TEST_CASE("garbage in a record reads as absent and heals", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  REQUIRE(a.put("ann", "240", picture("v1", "good")));

  SECTION("a picture is stored anew") {
    const std::string stored = server.run({"HGET", kKey, "v:240"});
    const std::string garbage = GENERATE_COPY(as<std::string>(), "", "garbage", "a b c d",
                                              "likeness-picture 2" + stored.substr(18));
    server.run({"HSET", kKey, "v:240", garbage});
    CHECK(a.bytes("ann", "240") == "(none)");
    CHECK(a.put("ann", "240", picture("v1", "healed")));
    CHECK(a.bytes("ann", "240") == "healed");
  }
  SECTION("a picture of another version under our version is not found, and stored anew") {
    const PicturePtr foreign = picture("v0", "foreign");
    server.run({"HSET", kKey, "v:240", encode_head(*foreign) + *foreign->bytes});
    CHECK(a.bytes("ann", "240") == "(none)");
    CHECK(a.put("ann", "240", picture("v1", "healed")));
    CHECK(a.bytes("ann", "240") == "healed");
  }
  SECTION("a meta is filled anew, and the pictures of its version live on") {
    server.run({"HSET", kKey, "meta", "{}"});
    const auto found = a.look_up("ann", {"240"});
    CHECK(found.meta == nullptr);
    CHECK(found.pictures[0] == nullptr);
    a.store_photo("ann", "v1");
    CHECK(a.bytes("ann", "240") == "good");
  }
  SECTION("a claim is free to take") {
    server.run({"HSET", kKey, "fill", "garbage"});
    CHECK(a.claim("ann").has_value());
  }
}

TEST_CASE("errors of a Redis in trouble are store_unavailable and counted", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  const auto [key, value, word] = GENERATE(table<std::string, std::string, std::string>({
      {"maxmemory", "1", "OOM"},
      {"min-replicas-to-write", "1", "NOREPLICAS"},
  }));
  REQUIRE(server.run({"CONFIG", "SET", key, value}) == "OK");
  const auto stored = a.try_put("ann", "240", picture("v1", "x"));
  REQUIRE_FALSE(stored.has_value());
  CHECK(stored.error().code == Errc::store_unavailable);
  CHECK_THAT(stored.error().detail, Catch::Contains(word));
  CHECK(a.store.stats().errors >= 1);
  CHECK(a.bytes("ann", "master") == "v1");
  REQUIRE(server.run({"CONFIG", "SET", key, "0"}) == "OK");
  CHECK(a.put("ann", "240", picture("v1", "x")));
}

TEST_CASE("a replica refuses writes and answers reads", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  a.store_photo("ann", "v1");
  server.run({"CONFIG", "SET", "replica-serve-stale-data", "yes"});
  server.run({"REPLICAOF", "127.0.0.1", "1"});
  const auto claimed = a.try_claim("bob", kLease);
  REQUIRE_FALSE(claimed.has_value());
  CHECK_THAT(claimed.error().detail, Catch::Contains("READONLY"));
  CHECK(a.bytes("ann", "master") == "v1");
}

TEST_CASE("a picture of 20 MB goes there and back", "[redis_store]") {
  const RedisServer server;
  Client a(server);
  std::string bytes(20 * kMiB, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 >> 7);
  const auto token = a.claim("ann");
  REQUIRE(a.fill("ann", *token, photo_meta("v1"), {{"master", picture("v1", bytes)}}));
  CHECK(a.bytes("ann", "master") == bytes);
}

TEST_CASE("a thousand look-ups at once are all answered, in order", "[redis_store]") {
  const RedisServer server;
  Client a(server);
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

TEST_CASE("stores on two threads racing for one record leave it whole", "[redis_store]") {
  const RedisServer server;
  std::atomic<int> wrong = 0;
  const auto race = [&server, &wrong](const std::string& version) {
    TestLoop loop;
    RedisStore store(loop, **parse_redis_url(server.unix_url()), patient(), 64);
    if (!loop.run_until([&] { return store.connected(); })) ++wrong;
    int rounds = 0;
    std::function<void()> round = [&] {
      if (++rounds > 200) return;
      store.claim("ann", milliseconds(50), [&](const Result<Claimed>& claimed) {
        const Store::Write write{
            photo_meta(version), {{"master", picture(version, version)}}, kLife};
        const FillToken mine = claimed ? claimed->token.value_or("none") : "none";
        store.fill("ann", mine, write, [&](const Result<Filled>&) {
          store.put_picture("ann", "240", picture(version, version), {}, [&](const Result<bool>&) {
            store.look_up("ann", {"master", "240"}, [&](Result<StoredRecord> found) {
              if (!found) ++wrong;
              for (const PicturePtr& stored : found->pictures) {
                if (stored && *stored->bytes != found->meta->version) ++wrong;
              }
              round();
            });
          });
        });
      });
    };
    round();
    if (!loop.run_until([&] { return rounds > 200; }, seconds(60))) ++wrong;
  };
  std::thread other([&race] { race("v2"); });
  race("v1");
  other.join();
  CHECK(wrong == 0);
}

}  // namespace likeness::cache
