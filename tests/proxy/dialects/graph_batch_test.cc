#include "proxy/dialects/graph_batch.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using namespace likeness;
using namespace likeness::dialects;
using nlohmann::json;

namespace {

std::string batch_of(int count) {
  json requests = json::array();
  for (int i = 0; i < count; ++i)
    requests.push_back({{"id", std::to_string(i)}, {"method", "GET"}, {"url", "/me/photo"}});
  return json{{"requests", requests}}.dump();
}

}  // namespace

TEST_CASE("a batch's requests are read with their conditions and dependencies") {
  const auto read = parse_batch(R"({"requests":[
      {"id":"1","method":"GET","url":"me/photo","headers":{"IF-None-match":"\"e\"","X":1}},
      {"id":"b","method":"get","url":"/users/a/photo/$value","dependsOn":["1"]}]})");
  REQUIRE(read.has_value());
  REQUIRE(read->size() == 2);
  CHECK(read->front().url == "/me/photo");
  CHECK(read->front().if_none_match == "\"e\"");
  CHECK(read->back().depends_on == std::vector<std::size_t>{0});
  CHECK(parse_batch(batch_of(20)).has_value());
}

TEST_CASE("a malformed batch is refused as a whole") {
  const std::string deep = R"({"requests":)" + std::string(50'000, '[');
  for (const std::string& body :
       {std::string(), std::string("[]"), std::string("{"), std::string(R"({"requests":[]})"),
        std::string(R"({"requests":{}})"), std::string(R"({"requests":[1]})"),
        std::string(R"({"requests":[{"id":1,"method":"GET","url":"/a"}]})"),
        std::string(R"({"requests":[{"id":"1","url":"/a"}]})"),
        std::string(R"({"requests":[{"id":"1","method":"GET","url":""}]})"),
        std::string(R"({"requests":[{"id":"1","method":"GET","url":"/a"},
                                    {"id":"1","method":"GET","url":"/b"}]})"),
        std::string(R"({"requests":[{"id":"1","method":"GET","url":"/a","dependsOn":["1"]}]})"),
        std::string(R"({"requests":[{"id":"1","method":"GET","url":"/a","dependsOn":"2"}]})"),
        batch_of(21), deep, deep + std::string(50'000, ']') + "}"}) {
    const auto read = parse_batch(body);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().code == Errc::bad_request);
  }
}

TEST_CASE("a batch's pictures are base64 that atob reads, and its documents JSON") {
  std::string body;
  append_answer(body, "1", {.headers = {{"ETag", "\"e\""}}, .bytes = "\xFF\xFB\xFF?"});
  CHECK(json::parse(body) ==
        json{{"id", "1"}, {"status", 200}, {"headers", {{"ETag", "\"e\""}}}, {"body", "//v/Pw=="}});
  body.clear();
  append_answer(body, "2", {.status = 404, .json = R"({"error":{}})"});
  CHECK(json::parse(body)["body"] == json{{"error", json::object()}});
  body.clear();
  append_answer(body, "3\"\xFF", {.status = 304});
  CHECK_FALSE(json::parse(body).contains("body"));
}
