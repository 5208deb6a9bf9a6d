#include "proxy/origin/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <catch2/catch.hpp>
#include <string>

using namespace likeness::origin;

TEST_CASE("an address is judged by where it leads") {
  struct Row {
    AddressClass kind;
    std::initializer_list<const char*> addresses;
  };
  const Row rows[] = {
      {AddressClass::global,
       {"8.8.8.8", "1.1.1.1", "99.255.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
        "192.167.1.1", "223.255.255.255", "9.255.255.255", "11.0.0.0", "2001:4860:4860::8888",
        "2606:4700::1111"}},
      {AddressClass::loopback, {"127.0.0.1", "127.255.255.255", "::1"}},
      {AddressClass::private_use,
       {"10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1",
        "100.127.255.255", "fc00::1", "fdff::1"}},
      {AddressClass::metadata,
       {"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "192.0.0.192",
        "fd00:ec2::254", "fd20:ce::254"}},
      {AddressClass::special,
       {"0.0.0.0",         "0.1.2.3",      "169.254.0.1", "192.0.0.1",    "192.0.2.1", "198.18.0.1",
        "198.19.255.1",    "198.51.100.7", "203.0.113.9", "224.0.0.1",    "239.1.1.1", "240.0.0.1",
        "255.255.255.255", "::",           "fe80::1",     "febf::1",      "fec0::1",   "ff02::1",
        "2001:db8::1",     "100::1",       "4000::1",     "64:ff9b:1::1", "2001:2::1", "2001:10::1",
        "2001:20::1",      "3fff::1"}},
  };
  for (const auto& [kind, addresses] : rows) {
    for (const char* address : addresses) {
      CAPTURE(address);
      CHECK(classify(address) == kind);
    }
  }
}

TEST_CASE("an IPv4 address within an IPv6 one counts") {
  struct Row {
    AddressClass kind;
    const char* dotted;
    const char* client;  // The same, inverted as Teredo has it.
  };
  for (const auto& [kind, dotted, client] : {Row{AddressClass::loopback, "7f00:1", "80ff:fffe"},
                                             Row{AddressClass::private_use, "a00:1", "f5ff:fffe"},
                                             Row{AddressClass::metadata, "a9fe:a9fe", "5601:5601"},
                                             Row{AddressClass::global, "808:808", "f7f7:f7f7"}}) {
    const std::string four(dotted);
    CAPTURE(four);
    for (const char* prefix : {"::", "::ffff:", "::ffff:0:", "64:ff9b::"}) {
      CAPTURE(prefix);
      CHECK(classify(prefix + four) == kind);
    }
    CHECK(classify("2002:" + four + "::1") == kind);
    CHECK(classify("2001:0:" + four + "::1") !=
          (kind == AddressClass::global ? AddressClass::private_use : AddressClass::global));
    CHECK(classify("2001:0:808:808:0:0:" + std::string(client)) == kind);
    CHECK(classify("2001:4860::5efe:" + four) == kind);
    CHECK(classify("2001:4860::200:5efe:" + four) == kind);
    CHECK(classify("fe80::5efe:" + four) != AddressClass::global);
  }
}

TEST_CASE("what is no IP address leads nowhere") {
  for (const char* text : {"", "localhost", "127.1", "0x7f.0.0.1", "1.2.3.4.5", "[::1]", ":::"}) {
    CAPTURE(text);
    CHECK(classify(text) == AddressClass::special);
  }
  sockaddr_storage storage{};
  storage.ss_family = AF_UNIX;
  const auto& address = reinterpret_cast<const sockaddr&>(storage);
  CHECK(classify(address) == AddressClass::special);
  CHECK(to_text(address).empty());
}

TEST_CASE("a socket's address is judged like its text") {
  sockaddr_in four{};
  four.sin_family = AF_INET;
  ::inet_pton(AF_INET, "10.1.2.3", &four.sin_addr);
  CHECK(classify(reinterpret_cast<const sockaddr&>(four)) == AddressClass::private_use);
  CHECK(to_text(reinterpret_cast<const sockaddr&>(four)) == "10.1.2.3");
  sockaddr_in6 six{};
  six.sin6_family = AF_INET6;
  ::inet_pton(AF_INET6, "::ffff:169.254.169.254", &six.sin6_addr);
  CHECK(classify(reinterpret_cast<const sockaddr&>(six)) == AddressClass::metadata);
  CHECK(to_text(reinterpret_cast<const sockaddr&>(six)) == "::ffff:169.254.169.254");
}
