#include "config/check.h"

#include <catch2/catch.hpp>

namespace likeness::config {
namespace {

using Problems = std::vector<std::string>;

Problems check_listen(const std::string& address) {
  Settings settings;
  settings.http.listen = {address};
  return check(settings);
}

Problems check_origin(const std::string& spec) {
  Settings settings;
  settings.origin.spec = spec;
  return check(settings);
}

Problems check_redis(const std::string& url) {
  Settings settings;
  settings.redis.url = url;
  return check(settings);
}

TEST_CASE("addresses to listen on are TCP or unix") {
  for (const char* good : {"127.0.0.1:8080", "0.0.0.0:0", "localhost:80", "[::1]:8080", "[::]:0",
                           "unix:/run/likeness.sock", "unix:relative"}) {
    CAPTURE(good);
    CHECK(check_listen(good).empty());
  }
  for (const char* bad :
       {"", "8080", ":8080", "localhost", "localhost:", "localhost:http", "localhost:65536",
        "localhost:-1", "::1:8080", "[::1]", "[::1]8080", "[::g]:1", "[]:1", "[::1:1",
        "unix:", "http://localhost:80", "127.0.0.1:80 ", "local host:80"}) {
    CAPTURE(bad);
    CHECK(check_listen(bad).size() == 1);
  }
  CHECK(check_listen("unix:/" + std::string(120, 'x')) ==
        Problems{"http.listen: the path of a unix socket is too long"});
}

TEST_CASE("there must be an address to listen on") {
  Settings settings;
  settings.http.listen.clear();
  CHECK(check(settings) == Problems{"http.listen: expected at least one address"});
}

TEST_CASE("an origin is a URL with {id} or a folder") {
  for (const char* good : {"http://host/{id}", "https://host:8443/a/{id}.jpg?s={id}",
                           "http://[::1]:80/{id}", "http://user:pw@host/photo?id={id}",
                           "http://host/?id={id}", "folder:/srv/photos", "folder:photos"}) {
    CAPTURE(good);
    CHECK(check_origin(good).empty());
  }
  for (const char* bad :
       {"", "folder:", "ftp://host/{id}", "host/{id}", "http://host/photo.jpg", "http:///{id}",
        "http://{id}", "http://{id}.host/x", "http://host:0/{id}", "http://host:x/{id}",
        "http://host/a b/{id}", "http://h\xc3\xb6st/{id}", "HTTP:/host/{id}"}) {
    CAPTURE(bad);
    const Problems problems = check_origin(bad);
    REQUIRE(problems.size() == 1);
    CHECK_THAT(problems.front(), Catch::StartsWith("origin.spec: "));
  }
}

TEST_CASE("an origin may be a live service at a base") {
  for (const char* good :
       {"graph:https://graph.microsoft.com", "outlook:http://127.0.0.1:80/prefix",
        "ews:https://user:pw@mail.example", "ews:https://[::1]:8443/",
        "ucwa:https://h/ucwa/oauth/v1/applications/1"}) {
    CAPTURE(good);
    CHECK(check_origin(good).empty());
  }
  for (const char* bad : {"graph:", "graph:graph.microsoft.com", "outlook:ftp://h", "ews:https://",
                          "ews:https://h?x=1", "ews:https://h#x", "ucwa:https://h",
                          "Graph:https://h", "graph:https://h/ x"}) {
    CAPTURE(bad);
    CHECK(check_origin(bad).size() == 1);
  }
}

TEST_CASE("a live service's proof must be complete") {
  Settings settings;
  settings.origin.auth = "caller";
  settings.access.mode = "bearer";
  CHECK(check(settings).size() == 1);  // A folder takes no proof.
  settings.origin.spec = "graph:https://graph.microsoft.com";
  CHECK(check(settings).empty());
  settings.access.mode = "open";
  CHECK(check(settings).size() == 1);  // Not what one caller may see.
  settings.origin.auth = "token";
  CHECK(check(settings).size() == 1);
  settings.origin.token = "file:/run/token";
  CHECK(check(settings).empty());
  settings.origin.auth = "client-credentials";
  CHECK(check(settings).size() == 1);
  settings.origin.client_id = "app";
  settings.origin.client_secret = "env:SECRET";
  CHECK(check(settings).size() == 1);
  settings.origin.token_url = "https://login.example/token";
  CHECK(check(settings).empty());
}

TEST_CASE("redirects lead to hosts") {
  Settings settings;
  settings.origin.redirects = {"cdn.example", "cdn.example:8443", "*.cdn.example", "[::1]:80"};
  CHECK(check(settings).empty());
  for (const char* bad : {"", "*", "*.", "https://cdn.example", "cdn.example/x", "a.*.example",
                          "cdn.example:0", "user@cdn.example"}) {
    CAPTURE(bad);
    settings.origin.redirects = {bad};
    CHECK(check(settings).size() == 1);
  }
}

TEST_CASE("Redis is a URL, a unix socket or none") {
  for (const char* good : {"none", "redis://localhost:6379/2", "unix:/run/redis.sock"}) {
    CAPTURE(good);
    CHECK(check_redis(good).empty());
  }
  for (const char* bad : {"", "localhost", "localhost:6379", "http://localhost", "None"}) {
    CAPTURE(bad);
    CHECK(check_redis(bad).size() == 1);
  }
}

TEST_CASE("Redis over TLS is refused with the reason") {
  const Problems problems = check_redis("rediss://user:hunter2@host:6380/0");
  REQUIRE(problems.size() == 1);
  CHECK_THAT(problems.front(), Catch::Contains("hiredis has no TLS"));
}

TEST_CASE("a password is never repeated") {
  for (const auto& problem : check_redis("user:hunter2@host:x")) {
    CHECK_THAT(problem, !Catch::Contains("hunter2"));
  }
  for (const auto& problem : check_origin("http://user:hunter2@host/none")) {
    CHECK_THAT(problem, !Catch::Contains("hunter2"));
  }
}

TEST_CASE("values that contradict each other are refused") {
  Settings settings;
  settings.freshness.min_ttl = seconds(7'200);
  CHECK(check(settings) ==
        Problems{"freshness.min_ttl: may not be larger than freshness.photo_ttl: lifetimes lie "
                 "above it"});
  settings.freshness.photo_ttl = seconds(9'000);
  CHECK(check(settings).empty());
  settings.redis.reconnect_min = settings.redis.reconnect_max + milliseconds(1);
  settings.http.max_target_bytes = settings.http.max_head_bytes + 1;
  CHECK(check(settings).size() == 2);
}

}  // namespace
}  // namespace likeness::config
