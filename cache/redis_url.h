#ifndef LIKENESS_CACHE_REDIS_URL_H_
#define LIKENESS_CACHE_REDIS_URL_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.h"

namespace likeness::cache {

// Where a Redis is and how to log in. Plain data; holds a secret, so it is never printed.
struct RedisTarget {
  std::string unix_path;  // If not empty: host and port mean nothing.
  std::string host;       // A name or a numeric address, without brackets.
  std::uint16_t port = 6379;
  std::string user;      // Empty: the default user.
  std::string password;  // Empty: no log-in.
  int database = 0;
};

// Parses "redis://[[user]:password@]host[:port][/db]", "unix:/path[?db=N]", or "none", which gives
// no target. User and password may be percent-encoded. An error (bad_request) says what is wrong in
// a sentence that repeats nothing of the URL, for it may hold a password.
[[nodiscard]] Result<std::optional<RedisTarget>> parse_redis_url(std::string_view url);

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_URL_H_
