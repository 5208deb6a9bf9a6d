#include "proxy/telemetry/access_log.h"

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "tests/support/temp_folder.h"

namespace likeness::telemetry {
namespace {

const AccessEntry kEntry{.time = WallClock::from_time_t(1'763'974'177),
                         .client = "192.0.2.1",
                         .method = "GET",
                         .target = "/photos/ada/HR48x48",
                         .status = 200,
                         .bytes = 1'234,
                         .referer = "https://example.org/people?session=s3cret",
                         .agent = "a \"browser\"\n",
                         .request_id = "abc-1",
                         .took = std::chrono::microseconds(57),
                         .route = Route::web,
                         .outcome = CacheOutcome::memory};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_CASE("what may be a proof of access is not in a logged target") {
  CHECK(redacted("/photos/ada/HR48x48") == "/photos/ada/HR48x48");
  CHECK(redacted("/photos/ada?size=HR48x48&kid=k&exp=1&sig=s3cret") ==
        "/photos/ada?size=HR48x48&kid=k&exp=1&sig=-");
  CHECK(redacted("/a?%73ig=s3cret&access_token=s3cret&x") == "/a?%73ig=-&access_token=-&x");
  CHECK(redacted("/contacts?$top=5&$filter=a%20eq%20'b'") ==
        "/contacts?$top=5&$filter=a%20eq%20'b'");
  CHECK(redacted("/a?") == "/a");
  CHECK(redacted("/a?sig") == "/a?sig");
  CHECK(redacted("/a?sig=a=b&&q=1") == "/a?sig=-&&q=1");
}

TEST_CASE("a line in Apache's combined format is one line, whatever clients send") {
  CHECK(combined_line(kEntry) ==
        "192.0.2.1 - - [24/Nov/2025:08:49:37 +0000] \"GET /photos/ada/HR48x48 HTTP/1.1\" 200 1234 "
        "\"https://example.org/people\" \"a \\x22browser\\x22\\x0a\"");
  AccessEntry bare = kEntry;
  bare.referer = bare.agent = {};
  bare.http10 = true;
  CHECK(combined_line(bare).ends_with("HTTP/1.0\" 200 1234 \"-\" \"-\""));
}

TEST_CASE("a line in JSON says where the answer came from and how long it took") {
  AccessEntry entry = kEntry;
  entry.agent = "\xff";
  const auto line = nlohmann::json::parse(json_line(entry));
  CHECK(line["time"] == "2025-11-24T08:49:37.000Z");
  CHECK(line["status"] == 200);
  CHECK(line["microseconds"] == 57);
  CHECK(line["cache"] == "memory");
  CHECK(line["route"] == "web");
  CHECK(line["referer"] == "https://example.org/people");
  CHECK(line["agent"] == "\xef\xbf\xbd");
}

TEST_CASE("lines are appended, and go on in a new file when the old one was moved away") {
  const test::TempFolder folder;
  const std::string path = folder.path() / "access.log";
  const std::string moved = folder.path() / "access.log.1";
  {
    AccessLog log({.access = "combined", .access_file = path});
    REQUIRE(log.on());
    for (int i = 0; i < 100; ++i) log.write(kEntry);
    while (std::ranges::count(content(path), '\n') < 100) std::this_thread::yield();
    std::filesystem::rename(path, moved);
    log.write(kEntry);
    while (std::ranges::count(content(moved), '\n') < 101) std::this_thread::yield();
    log.reopen();
    log.write(kEntry);
  }  // Writes out what is queued.
  CHECK(std::ranges::count(content(path), '\n') == 1);
  AccessLog again({.access = "combined", .access_file = path});
  CHECK(content(path).size() > 0);
  CHECK(again.dropped() == 0);
}

TEST_CASE("a file that cannot be opened ends the start, and none is needed for nothing") {
  CHECK_THROWS_AS(AccessLog({.access = "json", .access_file = "/nonexistent/access.log"}),
                  std::runtime_error);
  CHECK_FALSE(AccessLog({.access = "none", .access_file = "/nonexistent/access.log"}).on());
}

TEST_CASE("a log that nobody reads drops lines and holds nobody up") {
  std::signal(SIGPIPE, SIG_IGN);
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  // Never read, so its writer gets stuck when the pipe is full.
  const std::string path = "/proc/self/fd/" + std::to_string(ends[1]);
  auto log = std::make_unique<AccessLog>(LogSettings{.access = "json", .access_file = path});
  for (int i = 0; i < 100'000; ++i) log->write(kEntry);
  CHECK(log->dropped() > 0);
  ::close(ends[1]);
  ::close(ends[0]);  // The writer's own descriptor breaks.
  log.reset();
}

}  // namespace
}  // namespace likeness::telemetry
