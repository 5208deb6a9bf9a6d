#include "config/base/network.h"

#include <catch2/catch.hpp>

namespace likeness {
namespace {

Networks networks(const std::vector<std::string>& texts) { return Networks::parse(texts).value(); }

bool contains(const Networks& all, std::string_view address) {
  return all.contains(parse_address(address).value());
}

TEST_CASE("addresses read and write back") {
  for (const char* text : {"0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1"}) {
    CAPTURE(text);
    REQUIRE(parse_address(text));
    CHECK(to_text(*parse_address(text)) == text);
  }
  CHECK(parse_address("::ffff:192.0.2.1") == parse_address("192.0.2.1"));
  for (const char* text : {"", "1", "192.0.2", "192.0.2.1.1", "192.0.2.256", "192.0.2.01 ", "::g",
                           "[::1]", "::1%lo", "192.0.2.1:80", "localhost",
                           "0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address(text));
  }
  using std::string_view_literals::operator""sv;
  CHECK_FALSE(parse_address("192.0.2.1\0x"sv));
}

TEST_CASE("loopback is this machine") {
  for (const char* text : {"127.0.0.1", "127.255.0.1", "::1", "::ffff:127.0.0.1"})
    CHECK(parse_address(text)->is_loopback());
  for (const char* text : {"128.0.0.1", "0.0.0.0", "::", "::2", "1::1"})
    CHECK_FALSE(parse_address(text)->is_loopback());
}

TEST_CASE("a network holds the addresses that begin like it") {
  const Networks all = networks({"10.0.0.0/8", "192.0.2.128/25", "198.51.100.7", "2001:db8::/33"});
  for (const char* in : {"10.0.0.0", "10.255.255.255", "192.0.2.128", "192.0.2.255", "198.51.100.7",
                         "2001:db8::1", "2001:db8:7fff:ffff::", "::ffff:10.1.1.1"}) {
    CAPTURE(in);
    CHECK(contains(all, in));
  }
  for (const char* out : {"11.0.0.0", "9.255.255.255", "192.0.2.127", "198.51.100.6",
                          "2001:db8:8000::", "::", "::10.0.0.1"}) {
    CAPTURE(out);
    CHECK_FALSE(contains(all, out));
  }
  CHECK_FALSE(all.contains_unix());
  CHECK(networks({"unix"}).contains_unix());
  CHECK(contains(networks({"0.0.0.0/0"}), "203.0.113.1"));
  CHECK_FALSE(contains(networks({"0.0.0.0/0"}), "2001:db8::1"));
  CHECK(contains(networks({"::/0"}), "203.0.113.1"));
  CHECK_FALSE(contains(Networks(), "127.0.0.1"));
}

TEST_CASE("what is no network is refused") {
  for (const char* text : {"", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8x", "::/129",
                           "/8", "proxies", "10.0.0.0/8/8"}) {
    CAPTURE(text);
    CHECK_FALSE(Networks::parse(std::vector<std::string>{text}));
  }
}

}  // namespace
}  // namespace likeness
