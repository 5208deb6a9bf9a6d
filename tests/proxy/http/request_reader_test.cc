#include "proxy/http/request_reader.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace likeness::http {
namespace {

// What the bytes amount to, fed in pieces of `cut` bytes: "GET /a", "POST /a <body>", "100",
// "!400".
// "..." at the end means that a request has begun and is not complete.
std::vector<std::string> read(std::string_view bytes, std::size_t cut,
                              const HttpSettings& settings = {}) {
  const BodyRules rules = [](Method method, std::string_view) -> BodyRule {
    return {.most = method == Method::post ? 1'000U : 0U};
  };
  Message shared;
  RequestReader reader(settings, rules, shared);
  std::vector<std::string> events;
  while (!bytes.empty()) {
    const std::string piece(bytes.substr(0, cut));
    bytes.remove_prefix(piece.size());
    reader.feed(piece);
    for (bool more = false; !more;) {
      switch (reader.next()) {
        case RequestReader::Step::request: {
          const Request& request = reader.request();
          std::string text = std::string(request.method_name) + " " + std::string(request.target);
          if (!request.body.empty()) text += " <" + std::string(request.body) + ">";
          if (request.body_too_large) text += " too large";
          events.push_back(text + (reader.keep_alive() ? "" : " close"));
          if (request.body_too_large) return events;
          break;
        }
        case RequestReader::Step::send_continue: events.emplace_back("100"); break;
        case RequestReader::Step::refused:
          events.push_back("!" + std::to_string(reader.status()));
          return events;
        case RequestReader::Step::more: more = true; break;
      }
    }
    reader.keep();
  }
  if (reader.buffered() > 0 || reader.in_body()) events.emplace_back("...");
  return events;
}

using Events = std::vector<std::string>;

// The same, however the bytes are cut.
Events read(std::string_view bytes, const HttpSettings& settings = {}) {
  const Events whole = read(bytes, bytes.size(), settings);
  for (const std::size_t cut : {1U, 2U, 3U, 7U, 16U, 64U}) {
    INFO("cut into " << cut);
    CHECK(read(bytes, cut, settings) == whole);
  }
  return whole;
}

std::string get(std::string_view header) {
  return "GET /x HTTP/1.1\r\nHost: h\r\n" + std::string(header) + "\r\n\r\n";
}

TEST_CASE("requests come out as they went in, one after the other", "[http]") {
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET /a"});
  CHECK(read("GET /a?b=1 HTTP/1.1\r\nHost: h\r\n\r\nHEAD /b HTTP/1.1\r\nHost: h\r\n\r\n") ==
        Events{"GET /a?b=1", "HEAD /b"});
  CHECK(read("GET /a HTTP/1.0\r\n\r\n") == Events{"GET /a close"});
  CHECK(read("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n") == Events{"GET /a"});
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\nConnection: TE, close\r\n\r\n") ==
        Events{"GET /a close"});
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\n") == Events{"..."});
}

TEST_CASE("empty lines before a request pass", "[http]") {
  CHECK(read("\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n\r\n") == Events{"GET /a"});
  CHECK(read("\rGET /a HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"!400"});
}

TEST_CASE("targets are brought into origin form", "[http]") {
  CHECK(read("GET http://h/a?b=1 HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET /a?b=1"});
  CHECK(read("GET HTTPS://h:8/ HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET /"});
  CHECK(read("GET http://h HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET /"});
  CHECK(read("GET /a#frag?x=1 HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET /a"});
  CHECK(read("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"OPTIONS *"});
  CHECK(read("GET //c/../d%20 HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"GET //c/../d%20"});
}

TEST_CASE("path and query are told apart", "[http]") {
  Message shared;
  const HttpSettings settings;
  const BodyRules none = [](Method, std::string_view) { return BodyRule{}; };
  RequestReader reader(settings, none, shared);
  reader.feed("GET http://h?q=/1?2 HTTP/1.1\r\nHost: h\r\nX: \t v \t\r\nEmpty:\r\n\r\n");
  REQUIRE(reader.next() == RequestReader::Step::request);
  CHECK(reader.request().path == "/");
  CHECK(reader.request().query == "q=/1?2");
  CHECK(reader.request().header("x") == "v");
  REQUIRE(reader.request().headers.size() == 3);
  CHECK(reader.request().headers[2].name == "Empty");
  CHECK(reader.request().headers[2].value.empty());
}

TEST_CASE("targets that are none are refused", "[http]") {
  for (const char* target : {"a", "*", "/a\x80", "/a\x7F", "/a\tb", "/\r\nX-Evil:1", "", "h:443",
                             "ftp://h/a", "http:/a"}) {
    INFO(target);
    CHECK(read("GET " + std::string(target) + " HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"!400"});
  }
  CHECK(read(std::string("GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n", 29)) == Events{"!400"});
  CHECK(read("CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"!501"});
}

TEST_CASE("any method that is a token is for the handler to judge", "[http]") {
  CHECK(read("PROPFIND / HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"PROPFIND /"});
  CHECK(read("get / HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"get /"});
  CHECK(read("G@T / HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"!400"});
  CHECK(read(" / HTTP/1.1\r\nHost: h\r\n\r\n") == Events{"!400"});
}

TEST_CASE("other versions get 505, what is no version 400", "[http]") {
  CHECK(read("GET /a HTTP/2.0\r\nHost: h\r\n\r\n") == Events{"!505"});
  CHECK(read("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == Events{"!505"});
  CHECK(read("GET /a HTTP/0.9\r\n\r\n") == Events{"!505"});
  CHECK(read("GET /a\r\n") == Events{"!400"});
  CHECK(read("GET /a H\r\nHost: h\r\n\r\n") == Events{"!400"});
  CHECK(read("GET /a \r\nHost: h\r\n\r\n") == Events{"!400"});
  CHECK(read("GET /a HTTP/1.1 \r\nHost: h\r\n\r\n") == Events{"!400"});
  CHECK(read("\x16\x03\x01\x02 some TLS client hello") == Events{"!400"});
}

TEST_CASE("lines that end in LF alone are refused at once", "[http]") {
  CHECK(read("GET /a HTTP/1.1\nHost: h\n\n") == Events{"!400"});
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\n\r\n") == Events{"!400"});
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\n\n") == Events{"!400"});
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n") == Events{"!400"});
}

TEST_CASE("folded, nameless and colonless lines are refused", "[http]") {
  for (const char* header : {" folded: x", "X-A: 1\r\n continued", "X-A: 1\r\n\tcontinued",
                             "X-A:\r\n continued", "X-A: 1\r\n \r\nB: 2", "Name : v", ": emptyname",
                             "NoColonHeader", "X(y): 1", "X: a\x01", "X: a\x7F"}) {
    INFO(header);
    CHECK(read(get(header)) == Events{"!400"});
  }
  CHECK(read(get(std::string("X: a\0b", 6))) == Events{"!400"});
}

TEST_CASE("a Host is needed in HTTP/1.1, once, and must be one", "[http]") {
  CHECK(read("GET /a HTTP/1.1\r\n\r\n") == Events{"!400"});
  CHECK(read("GET /a HTTP/1.0\r\n\r\n") == Events{"GET /a close"});
  CHECK(read(get("Host: h")) == Events{"!400"});
  for (const char* host :
       {"", "example.com", "example.com:8080", "example.com:", "example.com:abc",
        "example.com:99999", "[::1]", "[::1]:8080", "[::1", "2001:db8::1", "a:b:c", "*",
        "example.com:0", "xn--e1afmkfd.com", "example.com:80 ", "example.com:+80", "a_b.com"}) {
    INFO(host);
    CHECK(read("GET /x HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == Events{"GET /x"});
  }
  for (const char* host : {"exa mple", "user@host:80", "a/b", "a\"b", "a<b", "a,b c", "\xC3\xA9"}) {
    INFO(host);
    CHECK(read("GET /x HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n") == Events{"!400"});
  }
}

// The spellings that real clients send, and that break typed header parsers.
TEST_CASE("strange but valid header values are let through", "[http]") {
  for (const char* header :
       {"Accept:",
        "Accept: *",
        "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2",
        "Accept: image/jpeg,",
        "Accept: image/jpeg;q=\"0.5\"",
        "Accept: \timage/jpeg\t",
        "Accept: image/jpeg;q=0.9, ;q=0.1",
        "Accept: none",
        "Cache-Control: immutable",
        "Cache-Control: NO-CACHE",
        "Cache-Control: max-age = 0",
        "Cache-Control: ,no-cache",
        "Cache-Control: max-age=99999999999999999999",
        "Cache-Control: ",
        "Cookie: a",
        "Cookie: a=1;;",
        "Cookie: {\"x\":1}",
        "Cookie: ",
        "Set-Cookie: foo",
        "Set-Cookie: a=b; Expires=x",
        "Date: garbage",
        "Date: 1700000000",
        "Date: ",
        "Content-Type: ",
        "Content-Type: text",
        "Content-Type: text/plain;charset=\"utf 8\"",
        "Authorization: ",
        "Authorization: Negotiate YII==",
        "Expect: foo",
        "User-Agent: ",
        "User-Agent: Mozilla/5.0 (\xE9)",
        "Connection: Upgrade",
        "Connection: keep-alive, Upgrade",
        "Connection: ",
        "Connection: Keep-Alive",
        "If-Modified-Since: garbage",
        "Range: bytes=0-10",
        "X-Empty:",
        "Accept-Language: ",
        "IF-NONE-MATCH: \"y\"\r\nIf-None-Match: \"z\"",
        "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABkAARAAAAA",
        "Content-Length: 0",
        "Pragma: no-cache",
        "Te: trailers",
        "X_y: 1"}) {
    INFO(header);
    CHECK(read(get(header)) == Events{"GET /x"});
  }
}

TEST_CASE("a Content-Length that two parsers could read differently is refused", "[http]") {
  for (const char* header :
       {"Content-Length: abc", "Content-Length: -1", "Content-Length: +1", "Content-Length: ",
        "Content-Length: 1 2", "Content-Length: 0x1", "Content-Length: 99999999999999999999999",
        "Content-Length: 3, 3", "Content-Length: 3,", "Content-Length: 3\r\nContent-Length: 3",
        "Content-Length: 3\r\nContent-Length: 5", "Content-Length: 3\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 3",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"}) {
    INFO(header);
    CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\n" + std::string(header) + "\r\n\r\nabc") ==
          Events{"!400"});
  }
  CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 18446744073709551615\r\n\r\n") ==
        Events{"POST /a too large close"});
}

TEST_CASE("transfer codings other than chunked are not implemented", "[http]") {
  for (const char* coding : {"gzip, chunked", "identity", "c", "chunked, gzip", "chunked, chunked",
                             "xchunked", "\"chunked\""}) {
    INFO(coding);
    const auto got =
        read("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: " + std::string(coding) +
             "\r\n\r\n0\r\n\r\n");
    CHECK((got == Events{"!501"} || got == Events{"!400"}));
  }
  CHECK(read("POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") == Events{"!400"});
}

TEST_CASE("bodies arrive whole, and the next request follows", "[http]") {
  CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: "
             "h\r\n\r\n") == Events{"POST /a <abc>", "GET /b"});
  CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nab") == Events{"..."});
}

TEST_CASE("chunked bodies arrive whole, with extensions and trailers passed over", "[http]") {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n";
  const std::string next = "GET /b HTTP/1.1\r\nHost: h\r\n\r\n";
  CHECK(read(head + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n" + next) ==
        Events{"POST /a <abcde>", "GET /b"});
  CHECK(read(head + "3;x=y;z=\"q\"\r\nabc\r\n0\r\nT: 1\r\nU: 2\r\n\r\n" + next) ==
        Events{"POST /a <abc>", "GET /b"});
  CHECK(read(head + "0\r\n\r\n" + next) == Events{"POST /a", "GET /b"});
  CHECK(read(head + "00a\r\n0123456789\r\n0\r\n\r\n") == Events{"POST /a <0123456789>"});
  for (const char* body : {"-5\r\nabc\r\n0\r\n\r\n", "g\r\nabc", "3\r\nabcd\r\n0\r\n\r\n",
                           "\r\nabc", "ffffffffffffffffff\r\n", "3 \r\nabc\r\n"}) {
    INFO(body);
    CHECK(read(head + body).back() == "!400");
  }
}

TEST_CASE("trailers may not smuggle framing or a Host", "[http]") {
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(read(head + "0\r\nContent-Length: 5\r\n\r\n") == Events{"!400"});
  CHECK(read(head + "0\r\nHost: other\r\n\r\n") == Events{"POST /a"});
}

TEST_CASE("of a body over its limit the request alone is handed out, and it is the last",
          "[http]") {
  const Events refused{"POST /a too large close"};
  CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\nabc") == refused);
  CHECK(read("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n") ==
        refused);
  std::string many = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 101; ++i) many += "a\r\n0123456789\r\n";
  CHECK(read(many) == refused);
}

TEST_CASE("a small body that nobody asked for is thrown away", "[http]") {
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\nHost: "
             "h\r\n\r\n") == Events{"GET /a", "GET /b"});
  const HttpSettings strict{.max_ignored_body_bytes = 2};
  CHECK(read("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc", strict) ==
        Events{"!413"});
}

TEST_CASE("100 Continue is sent for a wanted body, once, and never to HTTP/1.0", "[http]") {
  const std::string expect = "Expect: 100-Continue\r\n";
  const std::string post = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n" + expect + "\r\n";
  CHECK(read(post, post.size()) == Events{"100", "..."});
  CHECK(read(post + "abc", post.size()) == Events{"100", "POST /a <abc>"});
  CHECK(read(post + "abc", post.size() + 3) == Events{"POST /a <abc>"});
  CHECK(read(post + "abc", 1) == Events{"100", "POST /a <abc>"});
  CHECK(read("POST /a HTTP/1.0\r\nContent-Length: 3\r\n" + expect + "\r\nabc") ==
        Events{"POST /a <abc> close"});
  CHECK(read(get("Expect: 100-continue")) == Events{"GET /x"});
}

TEST_CASE("who asks before an unwanted body is answered at once, and that ends it", "[http]") {
  const std::string put = "PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n";
  CHECK(read(put + "Expect: 100-continue\r\n\r\n") == Events{"PUT /a close"});
}

TEST_CASE("heads and targets over their limits are told apart", "[http]") {
  const HttpSettings small{.max_head_bytes = 500, .max_target_bytes = 100};
  const std::string long_target(200, 'a');
  CHECK(read("GET /" + std::string(99, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", small) ==
        Events{"GET /" + std::string(99, 'a')});
  CHECK(read("GET /" + long_target + " HTTP/1.1\r\nHost: h\r\n\r\n", small) == Events{"!414"});
  CHECK(read("GET /" + long_target, small) == Events{"!414"});
  CHECK(read("GET /" + std::string(600, 'a') + " HTTP/1.1\r\nHost: h\r\n\r\n", small) ==
        Events{"!414"});
  CHECK(read("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'b'), small) == Events{"!431"});
  CHECK(read("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(600, 'b') + "\r\n\r\n", small) ==
        Events{"!431"});
  CHECK(read("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(400, 'b') + "\r\n\r\n", small) ==
        Events{"GET /"});
  std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
  for (int i = 0; i < 300; ++i) many += "a:b\r\n";
  CHECK(read(many + "\r\n") == Events{"!431"});
}

TEST_CASE("endless chunk headers and trailers are refused", "[http]") {
  const HttpSettings small{.max_head_bytes = 500};
  const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  CHECK(read(head + "3;" + std::string(600, 'x'), small) == Events{"!431"});
  CHECK(read(head + "0\r\nT: " + std::string(600, 'x'), small) == Events{"!431"});
}

TEST_CASE("reading is linear: a head in single bytes costs no repeated parsing", "[http]") {
  // 16 KB of short lines, each of which a repeated parser would read again for every byte: 10^8
  // steps and minutes under a sanitizer. The test's own time limit is the check.
  std::string request = "GET / HTTP/1.1\r\nHost: h\r\n";
  while (request.size() < 15'000) request += "abcdef: " + std::string(80, 'x') + "\r\n";
  request += "\r\n";
  for (int i = 0; i < 20; ++i) CHECK(read(request, 1) == Events{"GET /"});
}

}  // namespace
}  // namespace likeness::http
