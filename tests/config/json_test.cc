#include "config/json.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "config/fields.h"

namespace likeness::config {
namespace {

using Problems = std::vector<std::string>;

Problems read_into(Settings& settings, const std::string& text) {
  return read_json(text, settings);
}

// The only problem of a text; settings must be left alone.
std::string problem(const std::string& text) {
  Settings settings;
  const Problems problems = read_into(settings, text);
  REQUIRE(problems.size() == 1);
  return problems.front();
}

std::string file(const std::string& name) {
  std::ifstream stream(std::string(LIKENESS_SOURCE_DIR) + "/config/" + name);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

TEST_CASE("JSON sets what it names and leaves the rest") {
  Settings settings;
  settings.http.workers = 3;
  const Problems problems = read_into(settings, R"({
    // A comment,
    "http": {"listen": ["127.0.0.1:0", "unix:/tmp/x"], "idle_timeout": "5s" /* and another */},
    "memory": {"capacity_bytes": "64MiB"},
    "imaging": {"sandbox": false, "max_source_bytes": 1048576},
    "redis": {"command_timeout": 20},
    "freshness": {"photo_ttl": "2h", "min_ttl": 7}
  })");
  CHECK(problems.empty());
  CHECK(settings.http.listen == std::vector<std::string>{"127.0.0.1:0", "unix:/tmp/x"});
  CHECK(settings.http.idle_timeout == seconds(5));
  CHECK(settings.http.workers == 3);
  CHECK(settings.memory.capacity_bytes == 64 * kMiB);
  CHECK(!settings.imaging.sandbox);
  CHECK(settings.imaging.max_source_bytes == kMiB);
  CHECK(settings.redis.command_timeout == milliseconds(20));
  CHECK(settings.freshness.photo_ttl == seconds(7'200));
  CHECK(settings.freshness.min_ttl == seconds(7));
}

TEST_CASE("every field can be set from JSON and reads back") {
  const Settings defaults;
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    const bool is_number = std::holds_alternative<std::int64_t>(read(field, defaults));
    nlohmann::json value =
        std::visit([](const auto& held) { return nlohmann::json(held); }, read(field, defaults));
    if (value.is_boolean()) {
      value = !value.get<bool>();
    } else if (!field.rules.choices.empty()) {
      const auto& choices = field.rules.choices;
      value = choices.front() == value.get<std::string>() ? choices.back() : choices.front();
    } else if (is_number || !units(field).empty()) {
      value = field.rules.max;
    } else if (value.is_string()) {
      value = "other";
    } else {
      value = {"a:1", "b:2"};
    }
    const nlohmann::json json = {{field.section(), {{field.key(), value}}}};
    Settings settings;
    CHECK(read_into(settings, json.dump()).empty());
    CHECK(read_text(field, settings) != read_text(field, defaults));
    Settings again;
    REQUIRE(assign(field, read(field, settings), again));
    CHECK(read_text(field, again) == read_text(field, settings));
  }
}

TEST_CASE("an unknown key is refused with its path") {
  CHECK(problem(R"({"http": {"liste": []}})") == "http.liste: unknown key");
  CHECK(problem(R"({"htp": {}})") == "htp: unknown key");
  CHECK(problem(R"({"http": {"": 1}})") == "http.: unknown key");
}

TEST_CASE("a wrong type is refused with its path and what was expected") {
  CHECK(problem(R"({"http": {"workers": "4"}})") ==
        "http.workers: expected a whole number, from 0 to 256, got \"4\"");
  CHECK(problem(R"({"imaging": {"sandbox": 1}})") ==
        "imaging.sandbox: expected true or false, got 1");
  CHECK(problem(R"({"http": {"listen": "127.0.0.1:0"}})") ==
        "http.listen: expected a list of strings, got \"127.0.0.1:0\"");
  CHECK(problem(R"({"http": {"listen": [1]}})") ==
        "http.listen: expected a list of strings, got array");
  CHECK(problem(R"({"log": {"level": "loud"}})") ==
        "log.level: expected one of trace debug info warn error off, got \"loud\"");
  CHECK(problem(R"({"http": {"idle_timeout": 1.5}})") ==
        "http.idle_timeout: expected a duration such as \"10s\" (units ms, s, m, h, d) or a number "
        "of milliseconds, from 1ms to 1h, got 1.5");
  CHECK(problem(R"({"memory": {"capacity_bytes": null}})") ==
        "memory.capacity_bytes: expected a size such as \"64KiB\" (units B, kB, KiB, MB, MiB, GB, "
        "GiB) or a number of bytes, from 0B to 1024GiB, got null");
  CHECK(problem(R"({"http": []})") == "http: expected an object");
  CHECK(problem("[]") == "expected an object of sections");
}

TEST_CASE("a number out of range is refused") {
  const auto* value = GENERATE("-1", "257", "9223372036854775808", "18446744073709551615",
                               "-9223372036854775808", "1e2");
  CAPTURE(value);
  CHECK_THAT(problem(R"({"http": {"workers": )" + std::string(value) + "}}"),
             Catch::StartsWith("http.workers: expected a whole number, from 0 to 256, got"));
}

TEST_CASE("a value that may hold a password is not repeated") {
  CHECK(problem(R"({"redis": {"url": ["redis://:hunter2@h"]}})") ==
        "redis.url: expected a string, got array");
  CHECK(problem(R"({"redis": {"url": 5}})") == "redis.url: expected a string, got number");
}

TEST_CASE("all problems of a file are told at once") {
  Settings settings;
  CHECK(read_into(settings, R"({"http": {"a": 1, "workers": -1}, "b": 2})").size() == 3);
}

TEST_CASE("broken JSON is told with its place") {
  CHECK_THAT(problem("{\n  \"http\": {,\n}"),
             Catch::StartsWith("parse error at line 2, column 12"));
  CHECK_THAT(problem(""), Catch::StartsWith("parse error at line 1, column 1"));
  CHECK_THAT(problem(R"({"http": {"workers": 1e999}})"), Catch::Contains("1e999"));
}

TEST_CASE("text that is no UTF-8 is refused") {
  CHECK_THAT(problem("{\"redis\": {\"prefix\": \"\xff\"}}"), Catch::StartsWith("parse error"));
}

TEST_CASE("the sample file holds every setting with its default") {
  const auto sample = nlohmann::json::parse(write_sample(), nullptr, true, true);
  const Settings defaults;
  for (const Field& field : fields()) {
    CAPTURE(field.path);
    const auto& value = sample.at(std::string(field.section())).at(std::string(field.key()));
    CHECK(value ==
          std::visit([](const auto& held) { return nlohmann::json(held); }, read(field, defaults)));
  }
  Settings settings;
  CHECK(read_into(settings, write_sample()).empty());
}

TEST_CASE("the sample file's lines are at most 100 columns wide") {
  std::istringstream lines(write_sample());
  for (std::string line; std::getline(lines, line);) {
    CAPTURE(line);
    CHECK(line.size() <= 100);
  }
}

// If this fails: likeness check-config --print-defaults >config/likeness.json
TEST_CASE("the committed sample file is current") {
  CHECK(file("likeness.json") == write_sample());
}

// If this fails: likeness check-config --print-schema >config/likeness.schema.json
TEST_CASE("the committed schema is current") {
  CHECK(file("likeness.schema.json") == write_schema());
}

}  // namespace
}  // namespace likeness::config
