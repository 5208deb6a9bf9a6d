#ifndef LIKENESS_CACHE_REDIS_REPLY_H_
#define LIKENESS_CACHE_REDIS_REPLY_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"

struct redisReader;  // NOLINT(readability-identifier-naming): hiredis's name.

namespace likeness::cache {

// One answer of Redis. Plain data.
struct RedisReply {
  enum class Kind { nil, status, error, string, integer, array };
  Kind kind = Kind::nil;
  std::string text;  // Of a status, an error or a string.
  long long integer = 0;
  std::vector<RedisReply> elements;
};

// A RedisReader turns the bytes of a connection into replies: hiredis's parser, filling our own
// type directly. Only the parser of hiredis is used: its async context resolves names and copies
// every command several times on the loop, and aborts the process on an answer nobody asked for.
//
// Loop-confined.
class RedisReader {
 public:
  RedisReader();
  ~RedisReader();
  RedisReader(const RedisReader&) = delete;
  RedisReader& operator=(const RedisReader&) = delete;

  void feed(std::string_view bytes);
  // The next whole reply; nothing if more bytes are needed. After an error (store_unavailable: not
  // the Redis protocol, or no memory) the connection cannot be used any more.
  [[nodiscard]] Result<std::optional<RedisReply>> next();

 private:
  redisReader* reader_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_REPLY_H_
