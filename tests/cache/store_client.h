#ifndef LIKENESS_TESTS_CACHE_STORE_CLIENT_H_
#define LIKENESS_TESTS_CACHE_STORE_CLIENT_H_

#include <catch2/catch.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/redis_store.h"
#include "tests/cache/pictures.h"
#include "tests/support/redis_server.h"
#include "tests/support/test_loop.h"

namespace likeness::cache {

// What tests of RedisStore share. Their timeouts are out of reach: a busy machine is no fault.

inline constexpr seconds kLife{3'600};
inline constexpr milliseconds kLease{60'000};

inline RedisSettings patient() {
  RedisSettings settings;
  settings.connect_timeout = seconds(600);
  settings.command_timeout = seconds(600);
  return settings;
}

// A store with verbs that wait for their answers.
struct StoreClient {
  explicit StoreClient(const test::RedisServer& server, int max_variants = 64,
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

  test::TestLoop loop;
  RedisStore store;
};

// Of the record of "ann".
inline const std::string kKey = "likeness:ann";

}  // namespace likeness::cache

#endif  // LIKENESS_TESTS_CACHE_STORE_CLIENT_H_
