#include "config/command_line.h"

#include <catch2/catch.hpp>

#include "config/json.h"

namespace likeness::config {
namespace {

Command parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "likeness");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

Settings serve(const std::vector<const char*>& arguments) {
  const Command command = parse(arguments);
  REQUIRE(std::holds_alternative<Serve>(command));
  const auto& serve = std::get<Serve>(command);
  const auto settings = load({.file = serve.file, .flags = serve.flags});
  REQUIRE(settings);
  return *settings;
}

Print print(const std::vector<const char*>& arguments) {
  const Command command = parse(arguments);
  REQUIRE(std::holds_alternative<Print>(command));
  return std::get<Print>(command);
}

TEST_CASE("serve takes the flags of the contract") {
  const Settings settings =
      serve({"serve", "--listen", "127.0.0.1:0", "--listen", "[::1]:0", "--listen=unix:/tmp/s",
             "--origin", "folder:x", "--redis", "redis://h:1/2", "--workers", "2",
             "--image-workers", "3", "--memory-cache", "64MiB", "--log-level", "debug"});
  CHECK(settings.http.listen == std::vector<std::string>{"127.0.0.1:0", "[::1]:0", "unix:/tmp/s"});
  CHECK(settings.origin.spec == "folder:x");
  CHECK(settings.redis.url == "redis://h:1/2");
  CHECK(settings.http.workers == 2);
  CHECK(settings.imaging.workers == 3);
  CHECK(settings.memory.capacity_bytes == 64 * kMiB);
  CHECK(settings.log.level == "debug");
}

TEST_CASE("the memory cache is given in bytes, with or without a unit") {
  CHECK(serve({"serve", "--memory-cache", "0"}).memory.capacity_bytes == 0);
  CHECK(serve({"serve", "--memory-cache", "1000000"}).memory.capacity_bytes == 1'000'000);
  CHECK(serve({"serve", "--memory-cache", "256MiB"}).memory.capacity_bytes == 256 * kMiB);
}

TEST_CASE("every other setting has --set") {
  const Settings settings = serve({"serve", "--set", "http.idle_timeout=10s", "--set",
                                   "redis.prefix=a=b", "--set=imaging.sandbox=false"});
  CHECK(settings.http.idle_timeout == seconds(10));
  CHECK(settings.redis.prefix == "a=b");
  CHECK(!settings.imaging.sandbox);
}

TEST_CASE("an origin's braces and percent signs arrive as they are") {
  CHECK(serve({"serve", "--origin", "http://h/%7B/{id}.jpg?a=[b,c]"}).origin.spec ==
        "http://h/%7B/{id}.jpg?a=[b,c]");
}

TEST_CASE("serve names its file") {
  const Command command = parse({"serve", "--config", "a.json"});
  CHECK(std::get<Serve>(command).file == "a.json");
  CHECK(std::get<Serve>(command).flags.empty());
}

TEST_CASE("the other commands name their argument") {
  CHECK(std::get<CheckConfig>(parse({"check-config", "a.json"})).file == "a.json");
  CHECK(std::get<DrawSamples>(parse({"draw-samples", "samples"})).folder == "samples");
}

TEST_CASE("check-config prints the sample file and the schema") {
  CHECK(print({"check-config", "--print-defaults"}).text == write_sample());
  CHECK(print({"check-config", "--print-schema"}).text == write_schema());
}

TEST_CASE("the flag --version prints name and version") {
  CHECK(print({"--version"}).text == "likeness " + std::string(version()) + "\n");
  CHECK(print({"--version"}).exit_code == 0);
}

TEST_CASE("the flag --help prints the commands, and those print their flags") {
  CHECK(print({"--help"}).exit_code == 0);
  CHECK_THAT(print({"--help"}).text, Catch::Contains("serve") && Catch::Contains("check-config"));
  CHECK_THAT(print({"serve", "--help"}).text,
             Catch::Contains("--memory-cache BYTES") && Catch::Contains("--set PATH=VALUE"));
  CHECK(print({"serve", "--help"}).exit_code == 0);
}

TEST_CASE("no command at all prints the help and fails") {
  CHECK(print({}).exit_code == kUsageError);
  CHECK_THAT(print({}).text, Catch::Contains("serve"));
}

TEST_CASE("what is no command line fails with a sentence") {
  const std::vector<std::vector<const char*>> wrong = {
      {"srve"},
      {"serve", "--nothing"},
      {"serve", "extra"},
      {"serve", "--listen"},
      {"serve", "--set", "http.workers"},
      {"check-config"},
      {"check-config", "a", "b"},
      {"draw-samples"},
      {"serve", "draw-samples", "x"},
  };
  for (const auto& arguments : wrong) {
    CAPTURE(arguments);
    const Print result = print(arguments);
    CHECK(result.exit_code == kUsageError);
    CHECK_THAT(result.text, Catch::StartsWith("likeness: "));
  }
}

}  // namespace
}  // namespace likeness::config
