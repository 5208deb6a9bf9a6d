// Answers requests of five kinds under callgrind, so many of each, and has what the loop's thread
// executes for each kind dumped apart: a hit in memory, its 304, that there is no photo, a monogram
// instead of one, and a hit in Redis, the memory cache off. Without callgrind it only does the
// work. Fails if an answer is another one.
//
//   instructions REQUESTS

#include <valgrind/callgrind.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tests/speed/client.h"
#include "tests/speed/front.h"
#include "tests/support/redis_server.h"

namespace {

using namespace likeness;
using namespace likeness::test;

constexpr std::string_view kPath = "/photos/someone@example.com/HR240x240.jpg";
constexpr std::string_view kNobody = "/photos/nobody@example.com/HR240x240.jpg";
constexpr std::string_view kMonogram =
    "/photos/nobody@example.com/HR240x240.jpg?fallback=monogram&name=Ada%20King";
constexpr int kFirst = 50;                 // Requests that fill caches, and grow what is kept.
constexpr milliseconds kPatience{60'000};  // Valgrind is slow, and the machine may be busy.

struct Kind {
  const char* name;
  std::string_view path;
  std::string_view status;  // The answer's first line begins so.
  std::string_view cache;   // And its Cache-Status ends so.
};

void expect(const Kind& kind, std::string_view answer) {
  if (!answer.starts_with(kind.status) || !header_in(answer, "Cache-Status").ends_with(kind.cache))
    throw std::runtime_error(std::string("no ") + kind.name + ": " +
                             std::string(answer.substr(0, answer.find("\r\n\r\n"))));
}

// Collection is switched on for the loop's thread alone: what the client does is not counted.
void count(Front& front, const Kind& kind, const std::string& more, int requests) {
  Client client(front.port());
  for (int i = 0; i < kFirst; ++i) client.get(kind.path, more);
  front.loop().run([] { CALLGRIND_TOGGLE_COLLECT; });
  for (int i = 0; i < requests; ++i) expect(kind, client.get(kind.path, more));
  front.loop().run([] { CALLGRIND_TOGGLE_COLLECT; });
  CALLGRIND_DUMP_STATS_AT(kind.name);
}

Settings quiet() {
  Settings settings;
  settings.redis.url = "none";
  return settings;
}

void count_memory(int requests) {
  Front front(quiet());
  const std::string tag(header_in(Client(front.port()).get(kPath), "ETag"));
  count(front, {"hit", kPath, "HTTP/1.1 200 ", "; detail=memory"}, {}, requests);
  count(front, {"304", kPath, "HTTP/1.1 304 ", "; detail=memory"}, "If-None-Match: " + tag + "\r\n",
        requests);
  count(front, {"no photo", kNobody, "HTTP/1.1 404 ", "; detail=memory-no_photo"}, {}, requests);
  count(front, {"monogram", kMonogram, "HTTP/1.1 200 ", "; detail=memory-no_photo"}, {}, requests);
}

void count_redis(int requests) {
  const RedisServer redis;
  Settings settings = quiet();
  settings.redis.url = redis.unix_url();
  settings.redis.connect_timeout = settings.redis.command_timeout = kPatience;
  settings.memory.capacity_bytes = 0;
  Front front(settings);
  count(front, {"redis hit", kPath, "HTTP/1.1 200 ", "; detail=redis"}, {}, requests);
}

}  // namespace

int main(int words, char** arguments) {
  const int requests = words == 2 ? std::atoi(arguments[1]) : 0;
  if (requests <= 0) {
    std::fprintf(stderr, "usage: instructions REQUESTS\n");
    return 2;
  }
  try {
    count_memory(requests);
    count_redis(requests);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "instructions: %s\n", error.what());
    return 1;
  }
}
