#include "proxy/http/forwarded.h"

#include <catch2/catch.hpp>
#include <initializer_list>
#include <vector>

namespace likeness::http {
namespace {

const Networks kTrusted =
    Networks::parse(std::vector<std::string>{"10.0.0.0/8", "2001:db8::/32"}).value();

// What a trusted proxy's request comes to. Only views of literals are given.
Request believe(ForwardedBy by, std::vector<Header> headers) {
  static std::vector<Header> kept;
  kept = std::move(headers);
  Request request{.headers = kept, .client = "10.0.0.1", .address = parse_address("10.0.0.1")};
  believe_forwarded(request, kTrusted, by);
  return request;
}

std::string client(ForwardedBy by, std::vector<Header> headers) {
  const Request request = believe(by, std::move(headers));
  CHECK(request.address.has_value() == (request.client != "unknown"));
  return request.address ? to_text(*request.address) : std::string(request.client);
}

std::string x_client(std::string_view value) {
  return client(ForwardedBy::x_forwarded, {{"X-Forwarded-For", value}});
}

TEST_CASE("the client is the last address that no trusted proxy has") {
  CHECK(x_client("192.0.2.1") == "192.0.2.1");
  CHECK(x_client("203.0.113.9, 192.0.2.1") == "192.0.2.1");
  CHECK(x_client("192.0.2.1, 10.0.0.2 ,10.0.0.3") == "192.0.2.1");
  CHECK(x_client("203.0.113.9, 192.0.2.1, 2001:db8::1") == "192.0.2.1");
  CHECK(x_client("[2001:db9::1]:1234") == "2001:db9::1");
  CHECK(x_client("192.0.2.1:1234") == "192.0.2.1");
  CHECK(x_client("10.0.0.7") == "10.0.0.7");
}

TEST_CASE("what is no address ends the search") {
  CHECK(x_client("") == "unknown");
  CHECK(x_client("unknown") == "unknown");
  CHECK(x_client("192.0.2.1, evil, 10.0.0.2") == "10.0.0.2");
  CHECK(x_client("192.0.2.1,,10.0.0.2") == "10.0.0.2");
  CHECK(x_client("192.0.2.1, ") == "unknown");
  CHECK(client(ForwardedBy::x_forwarded, {}) == "unknown");
}

TEST_CASE("lines of one header are one list") {
  CHECK(client(ForwardedBy::x_forwarded, {{"x-forwarded-for", "203.0.113.9"},
                                          {"Accept", "x"},
                                          {"X-FORWARDED-FOR", "192.0.2.1"}}) == "192.0.2.1");
  CHECK(client(ForwardedBy::x_forwarded,
               {{"X-Forwarded-For", "192.0.2.1"}, {"X-Forwarded-For", "10.0.0.5"}}) == "192.0.2.1");
}

TEST_CASE("Forwarded names client, scheme and host") {
  const Request request = believe(
      ForwardedBy::forwarded,
      {{"Forwarded", R"(for=203.0.113.9;host=evil.example, For="[2001:db9::1]:47011";proto=https)"
                     R"(;host=photos.example.org, for=10.0.0.2;proto=http;by=10.0.0.1)"}});
  CHECK(request.client == "2001:db9::1");
  CHECK(request.scheme == "https");
  CHECK(request.forwarded_host == "photos.example.org");
  CHECK(base_url(request) == "https://photos.example.org");
  CHECK(client(ForwardedBy::forwarded, {{"Forwarded", "for=_hidden"}}) == "unknown");
  CHECK(client(ForwardedBy::forwarded, {{"Forwarded", "proto=https"}}) == "unknown");
}

TEST_CASE("only the one family of headers is believed") {
  const std::vector<Header> both{{"Forwarded", "for=203.0.113.9"},
                                 {"X-Forwarded-For", "192.0.2.1"}};
  CHECK(client(ForwardedBy::x_forwarded, both) == "192.0.2.1");
  CHECK(client(ForwardedBy::forwarded, both) == "203.0.113.9");
}

TEST_CASE("scheme and host are believed if they can be what they say") {
  const auto url = [](std::string_view proto, std::string_view host) {
    return base_url(believe(
        ForwardedBy::x_forwarded,
        {{"Host", "inner:8080"}, {"X-Forwarded-Proto", proto}, {"X-Forwarded-Host", host}}));
  };
  CHECK(url("https", "photos.example.org:8443") == "https://photos.example.org:8443");
  CHECK(url("HTTP", "[2001:db8::1]") == "http://[2001:db8::1]");
  CHECK(url("", "") == "http://inner:8080");
  CHECK(url("ftp", "evil.example/path") == "http://inner:8080");
  CHECK(url("https, http", "a b") == "http://inner:8080");
  CHECK(url("https", "\"><script>") == "https://inner:8080");
}

}  // namespace
}  // namespace likeness::http
