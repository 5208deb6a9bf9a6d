#ifndef LIKENESS_CACHE_REDIS_URL_H_
#define LIKENESS_CACHE_REDIS_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"

namespace likeness::cache {

struct RedisAddress {
  std::string host;  // A name or a numeric address, without brackets.
  std::uint16_t port = 6379;
};

// Where a Redis is and how to log in. Plain data; holds a secret, so it is never printed.
struct RedisTarget {
  enum class Kind : std::uint8_t {
    server,
    cluster,   // Some of its servers are `seeds`.
    sentinel,  // The master that the sentinels at `seeds` call `master_name`.
  };
  Kind kind = Kind::server;
  std::vector<RedisAddress> seeds;  // Not empty but with Kind::server.
  std::string master_name;

  std::string unix_path;  // If not empty: host and port mean nothing.
  std::string host;
  std::uint16_t port = 6379;
  std::string user;      // Empty: the default user.
  std::string password;  // Empty: no log-in.
  int database = 0;
};

// Parses "redis://[[user]:password@]host[:port][/db]", "cluster://[…@]host[:port],host[:port],…",
// "sentinel://[…@]host[:port],…/name[/db]" (port 26379), "unix:/path[?db=N]", or "none", which
// gives no target. User and password may be percent-encoded. An error (bad_request) says what is
// wrong in a sentence that repeats nothing of the URL, for it may hold a password.
[[nodiscard]] Result<std::optional<RedisTarget>> parse_redis_url(std::string_view url);

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_URL_H_
