#include "config/sources.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "config/fields.h"
#include "tests/support/temp_folder.h"

namespace likeness::config {
namespace {

std::string problem(const Sources& sources) {
  const Result<Settings> settings = load(sources);
  REQUIRE(!settings);
  CHECK(settings.error().code == Errc::bad_request);
  return settings.error().detail;
}

TEST_CASE("without sources the defaults hold") {
  const auto settings = load({});
  REQUIRE(settings);
  CHECK(settings->http.listen == HttpSettings{}.listen);
}

TEST_CASE("flags beat the environment, which beats the file, which beats the defaults") {
  const test::TempFolder folder;
  const auto file = folder.write(
      "settings.json", R"({"http": {"workers": 1, "max_connections": 1, "idle_timeout": 1}})");
  const auto settings = load({.file = file.string(),
                              .environment = {{"LIKENESS_HTTP_WORKERS", "2"},
                                              {"LIKENESS_HTTP_MAX_CONNECTIONS", "2"},
                                              {"PATH", "/bin"}},
                              .flags = {{"http.workers", "3", "--workers"}}});
  REQUIRE(settings);
  CHECK(settings->http.workers == 3);
  CHECK(settings->http.max_connections == 2);
  CHECK(settings->http.idle_timeout == milliseconds(1));
  CHECK(settings->http.head_timeout == HttpSettings{}.head_timeout);
}

TEST_CASE("every field can be set in the environment") {
  Settings other;
  other.http.listen = {"127.0.0.1:1", "[::1]:2"};
  other.redis.url = "redis://h:1/2";
  other.redis.prefix = "p:";
  other.imaging.sandbox = false;
  other.memory.capacity_bytes = 0;
  std::vector<std::pair<std::string, std::string>> environment;
  for (const Field& field : fields()) {
    environment.emplace_back(environment_name(field), read_text(field, other));
  }
  const auto settings = load({.environment = environment});
  REQUIRE(settings);
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    CHECK(read_text(field, *settings) == read_text(field, other));
  }
}

TEST_CASE("of two flags for one field the last one wins") {
  const auto settings =
      load({.flags = {{"http.workers", "3", "--workers"}, {"http.workers", "4", "--set"}}});
  REQUIRE(settings);
  CHECK(settings->http.workers == 4);
}

TEST_CASE("a problem names its source") {
  CHECK(problem({.environment = {{"LIKENESS_HTTP_WORKERS", "many"}}}) ==
        "LIKENESS_HTTP_WORKERS: expected a whole number, from 0 to 256, got \"many\"");
  CHECK(problem({.flags = {{"http.workers", "-1", "--workers"}}}) ==
        "--workers: expected a whole number, from 0 to 256, got \"-1\"");
  CHECK(problem({.flags = {{"imaging.sandbox", "no", "--set"}}}) ==
        "--set imaging.sandbox: expected true or false, got \"no\"");
  CHECK(problem({.flags = {{"http.nothing", "1", "--set"}}}) ==
        "--set http.nothing: no such setting");
  const test::TempFolder folder;
  const auto file = folder.write("settings.json", R"({"http": {"workers": -1}})");
  CHECK(problem({.file = file.string()}) ==
        file.string() + ": http.workers: expected a whole number, from 0 to 256, got -1");
}

TEST_CASE("a file that cannot be read is a problem") {
  CHECK(problem({.file = "/nonexistent/likeness.json"}) ==
        "/nonexistent/likeness.json: cannot read this file: No such file or directory");
  CHECK_THAT(problem({.file = "/"}), Catch::StartsWith("/: cannot read this file"));
}

TEST_CASE("a misspelt variable of the environment is refused") {
  CHECK(problem({.environment = {{"LIKENESS_HTTP_WORKRS", "1"}}}) ==
        "LIKENESS_HTTP_WORKRS: no such setting");
}

TEST_CASE("variables that container platforms make up are ignored") {
  CHECK(load({.environment = {{"LIKENESS_PORT", "tcp://10.0.0.1:80"},
                              {"LIKENESS_SERVICE_HOST", "10.0.0.1"},
                              {"LIKENESS_REDIS_PORT", "tcp://10.0.0.1:6379"},
                              {"LIKENESS_REDIS_PORT_6379_TCP", "tcp://10.0.0.1:6379"},
                              {"LIKENESS_REDIS_SERVICE_PORT_MAIN", "6379"}}}));
}

TEST_CASE("an empty variable of the environment counts as none") {
  CHECK(load({.environment = {{"LIKENESS_HTTP_WORKERS", ""}, {"LIKENESS_HTTP_WORKRS", ""}}}));
}

TEST_CASE("what every source says right may still make no sense together") {
  CHECK(problem({.environment = {{"LIKENESS_ORIGIN_TIMEOUT", "1s"}}}) ==
        "origin.connect_timeout: may not be larger than origin.timeout: connecting is part of the "
        "fetch");
}

TEST_CASE("all problems are told at once, those of syntax and those of sense") {
  const std::string all =
      problem({.environment = {{"LIKENESS_HTTP_WORKERS", "x"},
                               {"LIKENESS_ORIGIN_SPEC", "ftp://photos.example"}},
               .flags = {{"redis.url", "http://redis.example", "--redis"}}});
  CHECK_THAT(all, Catch::StartsWith("LIKENESS_HTTP_WORKERS: expected "));
  CHECK_THAT(all, Catch::Contains("\norigin.spec: expected "));
  CHECK_THAT(all, Catch::Contains("\nredis.url: expected "));
  CHECK(problem({.environment = {{"LIKENESS_HTTP_WORKERS", "x"}, {"LIKENESS_LOG_LEVEL", "y"}}}) ==
        "LIKENESS_HTTP_WORKERS: expected a whole number, from 0 to 256, got \"x\"\n"
        "LIKENESS_LOG_LEVEL: expected one of trace debug info warn error off, got \"y\"");
}

}  // namespace
}  // namespace likeness::config
