#include <catch2/catch.hpp>
#include <set>

#include "proxy/forward/headers.h"
#include "proxy/forward/upstream.h"
#include "proxy/forward/written_photos.h"

using namespace likeness;
using namespace likeness::forward;

namespace {

std::unique_ptr<Upstream> upstream(const std::string& spec) {
  Settings settings;
  settings.origin.spec = spec;
  return make_upstream(settings, 2);
}

std::set<std::string> written(http::Method method, std::string_view path,
                              std::string_view body = {}) {
  const auto ids = written_photos(method, path, body);
  return {ids.begin(), ids.end()};
}

using Ids = std::set<std::string>;

}  // namespace

TEST_CASE("only a live Outlook or Graph origin is forwarded to, and only its own API") {
  const auto graph = upstream("graph:https://graph.example/prefix/");
  REQUIRE(graph);
  CHECK(graph->base == "https://graph.example/prefix");
  for (const char* path :
       {"/v1.0/me/contacts", "/V1.0/me", "/beta/users/a/messages", "/v1.0/$batch"})
    CHECK(graph->takes(path));
  for (const char* path :
       {"/", "/v1.0", "/api/v2.0/me", "/photos/a", "/metrics", "/v1.0/../admin",
        "/v1.0/%2e%2E/admin", "/v1.0/./me", "/v1.0/a%00b", "/v1.0/%zz", "//v1.0/me"}) {
    CAPTURE(path);
    CHECK_FALSE(graph->takes(path));
  }
  const auto outlook = upstream("outlook:http://127.0.0.1:1");
  REQUIRE(outlook);
  CHECK(outlook->takes("/api/v2.0/me/contactfolders"));
  CHECK(outlook->takes("/API/Beta/Me/Contacts"));
  CHECK_FALSE(outlook->takes("/v1.0/me"));
  CHECK_FALSE(outlook->takes("/api/v1.0/me"));
  CHECK_FALSE(outlook->takes("/api/v2.0/../v2.0/me"));
  for (const char* spec : {"folder:x", "embedded:x", "http://h/{id}", "ews:http://h",
                           "ucwa:http://h/ucwa/v1/applications/1"})
    CHECK_FALSE(upstream(spec));
  Settings off;
  off.origin.spec = "graph:https://graph.example";
  off.forward.enabled = false;
  CHECK_FALSE(make_upstream(off, 2));
}

TEST_CASE("a call's header fields pass but for those of the connection and of the host") {
  const http::Header fields[] = {{"Authorization", "Bearer x"},
                                 {"Prefer", "odata.track-changes"},
                                 {"Prefer", "odata.maxpagesize=5"},
                                 {"X-Empty", ""},
                                 {"Connection", "close, X-Mine"},
                                 {"X-Mine", "1"},
                                 {"Host", "proxy"},
                                 {"Content-Length", "3"},
                                 {"Transfer-Encoding", "chunked"},
                                 {"Cookie", "session=1"},
                                 {"Expect", "100-continue"},
                                 {"Accept-Encoding", "gzip"},
                                 {"User-Agent", "me"}};
  http::Request request;
  request.headers = fields;
  CHECK(request_headers(request) ==
        std::vector<std::string>{"Authorization: Bearer x", "Prefer: odata.track-changes",
                                 "Prefer: odata.maxpagesize=5", "X-Empty;", "Accept-Encoding: gzip",
                                 "User-Agent: me", "Expect:", "Accept:", "Content-Type:"});
}

TEST_CASE("an answer's header fields pass the same way") {
  const origin::ClientResponse response{201,
                                        {{"content-type", "application/json"},
                                         {"preference-applied", "odata.track-changes"},
                                         {"connection", "keep-alive, x-hop"},
                                         {"x-hop", "1"},
                                         {"content-length", "5"},
                                         {"date", "now"},
                                         {"set-cookie", "a=b"},
                                         {"strict-transport-security", "max-age=1"},
                                         {"retry-after", "2.128"},
                                         {"", "nameless"},
                                         {"bad", "a\rb"}},
                                        "12345"};
  CHECK(response_lines(response) ==
        "content-type: application/json\r\npreference-applied: odata.track-changes\r\n"
        "retry-after: 2.128\r\n");
}

TEST_CASE("a call names the photos that it may change, in every form they are cached in") {
  using enum http::Method;
  CHECK(written(put, "/v1.0/me/contacts/AA=/photo/$value") == Ids{"AA=", "me/contacts/AA="});
  CHECK(written(del, "/api/v2.0/Me/Contacts('AA%3D')/photo") == Ids{"AA=", "me/contacts/AA="});
  CHECK(written(put, "/api/beta/users('o''neil@x')/contacts(%27b%27)/photo/%24value") ==
        Ids{"b", "o'neil@x/contacts/b"});
  CHECK(written(patch, "/v1.0/users/Ann@X/contactFolders/f/contacts/c") ==
        Ids{"c", "Ann@X/contacts/c", "ann@x/contacts/c"});
  CHECK(written(del, "/v1.0/me/contacts/AA") == Ids{"AA", "me/contacts/AA"});
  CHECK(written(put, "/v1.0/me/photo/$value") == Ids{"me"});
  CHECK(written(put, "/v1.0/users/Ann@X/photo/$value") == Ids{"Ann@X", "ann@x"});
  for (const auto method : {get, head, options})
    CHECK(written(method, "/v1.0/me/contacts/AA/photo/$value").empty());
  for (const char* path : {"/v1.0/me/contacts", "/v1.0/me/contacts/", "/v1.0/me/contactFolders/f",
                           "/v1.0/users/a@x", "/v1.0", "", "/v1.0/me/contacts/%zz/photo"}) {
    CAPTURE(path);
    CHECK(written(post, path).empty());
  }
}

TEST_CASE("a batch names the photos of its writing calls") {
  using enum http::Method;
  const std::string body = R"({"requests":[
    {"id":"1","method":"PUT","url":"/me/contacts/A/photo/$value","body":"AAAA"},
    {"id":"2","method":"GET","url":"/me/contacts/B/photo/$value"},
    {"id":"3","method":"DELETE","url":"/users/u@x/contacts/C?x=1"},
    {"id":"4","method":1,"url":"/me/contacts/D"}, 5, {"method":"PUT"}]})";
  CHECK(written(post, "/v1.0/$batch", body) == Ids{"A", "me/contacts/A", "C", "u@x/contacts/C"});
  CHECK(written(post, "/v1.0/%24batch", "{").empty());
  CHECK(written(post, "/v1.0/$batch", R"({"requests":7})").empty());
}
