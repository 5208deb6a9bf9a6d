#include "proxy/origin/source_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <optional>

#include "proxy/origin/http_client.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_loop.h"

using namespace likeness;
using namespace likeness::origin;
using test::ScriptedServer;

namespace {

const Target kOrigin{"https", "photos.example", 443};

bool may_connect(SourcePolicy& policy, const Target& to, const char* address) {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  if (::inet_pton(AF_INET, address, &four.sin_addr) == 1)
    return policy.may_connect(to, reinterpret_cast<const sockaddr&>(four));
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  REQUIRE(::inet_pton(AF_INET6, address, &six.sin6_addr) == 1);
  return policy.may_connect(to, reinterpret_cast<const sockaddr&>(six));
}

// A client that fetches "/" of a scripted server named 127.0.0.1, with settings of the test's own.
struct Case {
  Case(std::vector<std::string> redirects, const std::string& url)
      : policy(*parse_target(url), std::move(redirects), "auto"), client(loop, settings, policy) {}

  Result<ClientResponse> get(const std::string& url) {
    std::optional<Result<ClientResponse>> answer;
    ClientRequest request{.url = url, .max_body_bytes = 1'000};
    request.headers = {"Authorization: Bearer secret", "Cookie: secret", "X-Other: kept"};
    client.send(std::move(request), [&](auto result) { answer = std::move(result); });
    REQUIRE(loop.run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  }

  OriginSettings settings;
  SourcePolicy policy;
  test::TestLoop loop;
  HttpClient client;
};

std::string redirect(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nContent-Length: 2\r\nLocation: " + to + "\r\n\r\nno";
}

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string authority_of(const ScriptedServer& server) { return server.url().substr(7); }

}  // namespace

TEST_CASE("a redirect leads only to hosts of the list") {
  const SourcePolicy policy(
      kOrigin, {"cdn.example", "other.example:8443", "*.images.example", "[::1]:81"}, "auto");
  const auto may = [&](const char* scheme, const char* host, int port) {
    return policy.may_redirect(kOrigin, {scheme, host, port});
  };
  CHECK(may("https", "cdn.example", 443));
  CHECK(may("https", "photos.example", 443));
  CHECK(may("https", "other.example", 8443));
  CHECK(may("https", "a.images.example", 443));
  CHECK(may("https", "b.a.images.example", 443));
  CHECK(may("https", "::1", 81));
  CHECK_FALSE(may("http", "cdn.example", 80));
  CHECK_FALSE(may("https", "cdn.example", 8443));
  CHECK_FALSE(may("https", "other.example", 443));
  CHECK_FALSE(may("https", "images.example", 443));
  CHECK_FALSE(may("https", "evilimages.example", 443));
  CHECK_FALSE(may("https", "cdn.example.evil", 443));
  CHECK_FALSE(may("https", "photos.example", 444));
  CHECK_FALSE(SourcePolicy(kOrigin, {}, "auto").may_redirect(kOrigin, kOrigin));
  const Target plain{"http", "photos.example", 80};
  CHECK(policy.may_redirect(plain, {"https", "cdn.example", 443}));
  CHECK(policy.may_redirect(plain, {"http", "cdn.example", 80}));
}

TEST_CASE("the origin's name leads inwards only if it began so") {
  SECTION("it began in public") {
    SourcePolicy policy(kOrigin, {}, "auto");
    CHECK(may_connect(policy, kOrigin, "8.8.8.8"));
    CHECK_FALSE(may_connect(policy, kOrigin, "10.0.0.1"));
    CHECK_FALSE(may_connect(policy, kOrigin, "::1"));
    CHECK(may_connect(policy, kOrigin, "8.8.4.4"));
  }
  SECTION("it began inside") {
    SourcePolicy policy(kOrigin, {}, "auto");
    CHECK(may_connect(policy, kOrigin, "10.0.0.1"));
    CHECK(may_connect(policy, kOrigin, "127.0.0.1"));
    CHECK(may_connect(policy, kOrigin, "8.8.8.8"));
    CHECK(may_connect(policy, kOrigin, "10.0.0.2"));
  }
  SECTION("the settings say so") {
    SourcePolicy allow(kOrigin, {}, "allow");
    CHECK(may_connect(allow, kOrigin, "8.8.8.8"));
    CHECK(may_connect(allow, kOrigin, "10.0.0.1"));
    SourcePolicy refuse(kOrigin, {}, "refuse");
    CHECK(may_connect(refuse, kOrigin, "8.8.8.8"));
    CHECK_FALSE(may_connect(refuse, kOrigin, "10.0.0.1"));
  }
}

TEST_CASE("no name leads to metadata or special addresses") {
  for (const char* word : {"auto", "allow", "refuse"}) {
    SourcePolicy policy(kOrigin, {"cdn.example"}, word);
    for (const char* address :
         {"169.254.169.254", "169.254.1.1", "0.0.0.0", "fe80::1", "::ffff:169.254.169.254",
          "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "224.0.0.1"}) {
      CAPTURE(word, address);
      CHECK_FALSE(may_connect(policy, kOrigin, address));
      CHECK_FALSE(may_connect(policy, {"https", "cdn.example", 443}, address));
    }
  }
}

TEST_CASE("only the origin's own name and port may lead inwards") {
  SourcePolicy policy(kOrigin, {"cdn.example", "*.images.example"}, "allow");
  for (const Target& to :
       {Target{"https", "cdn.example", 443}, Target{"https", "a.images.example", 443},
        Target{"https", "photos.example", 8443}}) {
    CAPTURE(to.host, to.port);
    CHECK(may_connect(policy, to, "8.8.8.8"));
    CHECK_FALSE(may_connect(policy, to, "10.0.0.1"));
    CHECK_FALSE(may_connect(policy, to, "127.0.0.1"));
  }
}

TEST_CASE("an address that the operator has written may be connected, whatever it is") {
  SourcePolicy policy({"http", "10.0.0.1", 80}, {"127.0.0.1:81", "[::1]:81"}, "refuse");
  CHECK(may_connect(policy, {"http", "10.0.0.1", 80}, "10.0.0.1"));
  CHECK(may_connect(policy, {"http", "127.0.0.1", 81}, "127.0.0.1"));
  CHECK(may_connect(policy, {"http", "::1", 81}, "::1"));
  CHECK_FALSE(may_connect(policy, {"http", "10.0.0.1", 81}, "10.0.0.1"));
  CHECK_FALSE(may_connect(policy, {"http", "127.0.0.1", 82}, "127.0.0.1"));
}

TEST_CASE("an allowed redirect is followed, without the proof at another host") {
  ScriptedServer last([](const std::string&) { return ok("photo"); });
  ScriptedServer first([&](const std::string&) { return redirect(last.url() + "/b?c=%20"); });
  Case c({authority_of(last)}, first.url());
  const auto answer = c.get(first.url() + "/a");
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
  CHECK(answer->body == "photo");
  CHECK(first.requests().front().find("Authorization: Bearer secret") != std::string::npos);
  const auto head = last.requests().front();
  CHECK(head.starts_with("GET /b?c=%20 HTTP/1.1\r\n"));
  CHECK(head.find("secret") == std::string::npos);
  CHECK(head.find("X-Other: kept") != std::string::npos);
}

TEST_CASE("a redirect within the host keeps the proof and may be relative") {
  ScriptedServer server([](const std::string& head) {
    return head.starts_with("GET /a/b") ? redirect("../c") : ok("photo");
  });
  Case c({"other.example"}, server.url());
  CHECK(c.get(server.url() + "/a/b").value().body == "photo");
  const auto requests = server.requests();
  REQUIRE(requests.size() == 2);
  CHECK(requests[1].starts_with("GET /c HTTP/1.1\r\n"));
  CHECK(requests[1].find("Bearer secret") != std::string::npos);
}

TEST_CASE("a redirect elsewhere, in a circle, or to another scheme is a failure") {
  ScriptedServer other([](const std::string&) { return ok("internal"); });
  for (const std::string& to : {other.url(), std::string("file:///etc/passwd"),
                                std::string("/again"), std::string("ftp://127.0.0.1/"),
                                std::string("http://"), "//user:pw@" + authority_of(other) + "/"}) {
    CAPTURE(to);
    ScriptedServer server([&](const std::string&) { return redirect(to); });
    Case c({"cdn.example"}, server.url());
    const auto answer = c.get(server.url());
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().code == Errc::origin_failed);
  }
  CHECK(other.requests().empty());
}

TEST_CASE("without a list a redirect is an answer like any other") {
  ScriptedServer server([](const std::string&) { return redirect("/b"); });
  Case c({}, server.url());
  CHECK(c.get(server.url()).value().status == 302);
  CHECK(server.requests().size() == 1);
}

TEST_CASE("a name that leads inwards is refused before it is connected") {
  ScriptedServer server([](const std::string&) { return ok("internal"); });
  const auto port = authority_of(server).substr(10);
  Case c({"cdn.example"}, "http://photos.example/");
  const auto answer = c.get("http://localhost:" + port);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().code == Errc::origin_unreachable);
  CHECK(answer.error().detail.find("private or special") != std::string::npos);
  CHECK(server.requests().empty());
}

TEST_CASE("headers without end are cut off") {
  std::string flood = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 2'000; ++i) flood += "X-Flood: " + std::string(100, 'x') + "\r\n";
  ScriptedServer server([&](const std::string&) { return flood + "\r\n"; });
  Case c({}, server.url());
  CHECK(c.get(server.url()).error().code == Errc::origin_failed);
}
