#include "proxy/dialects/graph.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/proxy/dialects/requests.h"

using namespace likeness;
using namespace likeness::dialects;
using nlohmann::json;
using test::get;

namespace {

photo::Found found(int width, int height) {
  auto picture = std::make_shared<cache::Picture>();
  picture->content_type = "image/jpeg";
  picture->width = width;
  picture->height = height;
  picture->etag = "\"abc\"";
  auto meta = std::make_shared<cache::Meta>();
  meta->width = 100;
  meta->height = 70;
  return {.meta = meta, .picture = picture};
}

}  // namespace

TEST_CASE("Graph's photos are found in both versions and in any case") {
  for (const auto* target : {"/v1.0/me/photo/$value", "/beta/me/photo/$value",
                             "/V1.0/Me/Photo/%24value", "/v1.0/me/photo/$value?x=1"}) {
    const auto parsed = parse_graph(get(target), {});
    REQUIRE(parsed.has_value());
    REQUIRE(parsed->has_value());
    CHECK((*parsed)->dialect == Dialect::graph);
    CHECK((*parsed)->photo.view() == "me");
  }
  CHECK_FALSE(parse_graph(get("/v2.0/me/photo"), {}).has_value());
  CHECK(parse_graph(get("/v1.0/me/messages"), {})->error().error.code == Errc::unknown_route);
  CHECK(parse_graph(get("/v1.0/$batch"), {})->error().error.code == Errc::method_not_allowed);
}

TEST_CASE("Graph's batches have one place in each version") {
  CHECK(is_graph_batch("/v1.0/$batch"));
  CHECK(is_graph_batch("/beta/%24batch"));
  CHECK_FALSE(is_graph_batch("/v1.0/$batch/x"));
  CHECK_FALSE(is_graph_batch("/v1.0/me"));
  CHECK_FALSE(is_graph_batch("/$batch"));
}

TEST_CASE("Graph's metadata has the entity tag of the bytes") {
  const auto own =
      json::parse(graph_metadata(found(100, 70), "http://h", "/v1.0/users/a'b/contacts/7/photo"));
  CHECK(own == json{{"@odata.context",
                     "http://h/v1.0/$metadata#users('a''b')/contacts('7')/photo/$entity"},
                    {"@odata.id", "http://h/v1.0/users('a''b')/contacts('7')/photo"},
                    {"@odata.mediaContentType", "image/jpeg"},
                    {"@odata.mediaEtag", "\"abc\""},
                    {"id", "default"},
                    {"width", 100},
                    {"height", 70}});
  const auto sized =
      json::parse(graph_metadata(found(48, 48), "http://h", "/beta/me/photos/48x48"));
  CHECK(sized["@odata.id"] == "http://h/beta/me/photos('48x48')");
  CHECK(sized["id"] == "48x48");
}

TEST_CASE("Graph's list has the sizes that are there") {
  const auto list = json::parse(graph_list(*found(0, 0).meta, "http://h", "/v1.0/me/photos"));
  CHECK(list["@odata.context"] == "http://h/v1.0/$metadata#me/photos");
  REQUIRE(list["value"].size() == 2);
  CHECK(list["value"][1]["id"] == "64x64");
  CHECK(list["value"][1]["height"] == 64);
}

TEST_CASE("Graph's errors say when and to which request") {
  const auto error = json::parse(graph_error({Errc::no_photo, {}, {}}, "r-1", {}))["error"];
  CHECK(error["code"] == "ImageNotFound");
  CHECK(error["innerError"] ==
        json{{"date", "1970-01-01T00:00:00"}, {"request-id", "r-1"}, {"client-request-id", "r-1"}});
}

TEST_CASE("an id that is no UTF-8 does no harm to Graph's documents") {
  CHECK_NOTHROW(graph_metadata(found(1, 1), "http://h", "/v1.0/users/%FF/photo"));
}
