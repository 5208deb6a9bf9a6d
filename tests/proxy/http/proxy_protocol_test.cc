#include "proxy/http/proxy_protocol.h"

#include <catch2/catch.hpp>
#include <random>
#include <string>

namespace likeness::http {
namespace {

using State = ProxyHeader::State;
using std::string_literals::operator""s;

const std::string kSignature = "\r\n\r\n\0\r\nQUIT\n"s;

// A version 2 header.
std::string binary(char command, char family, const std::string& body) {
  const auto high = static_cast<char>(body.size() / 256);
  const auto low = static_cast<char>(body.size() % 256);
  return kSignature + command + family + high + low + body;
}

const std::string kV4 = "\xc0\x00\x02\x01\xc6\x33\x64\x01\xdc\x04\x01\xbb"s;
const std::string kTls = "\x20\x00\x05\x01\0\0\0\0"s;

TEST_CASE("a line of text names the client") {
  const std::string line = "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n";
  const auto header = read_proxy_header(line + "GET / HTTP/1.1\r\n");
  CHECK(header.state == State::ready);
  CHECK(header.size == line.size());
  CHECK(header.client == parse_address("192.0.2.1"));
  CHECK_FALSE(header.tls);
  CHECK(read_proxy_header("PROXY TCP6 2001:db8::1 ::1 1 2\r\n").client ==
        parse_address("2001:db8::1"));
  const auto unknown = read_proxy_header("PROXY UNKNOWN ffff:f...f:ffff 65535 65535\r\n");
  CHECK(unknown.state == State::ready);
  CHECK_FALSE(unknown.client);
  CHECK(read_proxy_header("PROXY UNKNOWN\r\n").state == State::ready);
}

TEST_CASE("version 2 names the client, and whether it came by TLS") {
  const std::string plain = binary('\x21', '\x11', kV4);
  const auto header = read_proxy_header(plain + "GET");
  CHECK(header.state == State::ready);
  CHECK(header.size == plain.size());
  CHECK(header.client == parse_address("192.0.2.1"));
  CHECK_FALSE(header.tls);
  CHECK(read_proxy_header(binary('\x21', '\x11', kV4 + "\x01\x00\x02h2"s + kTls)).tls);
  CHECK_FALSE(read_proxy_header(binary('\x21', '\x11', kV4 + "\x20\x00\x05\x02\0\0\0\0"s)).tls);

  const std::string v6 = "\x20\x01\x0d\xb8"s + std::string(11, '\0') + "\x01"s +
                         std::string(16, '\0') + "\0\x01\0\x02"s;
  CHECK(read_proxy_header(binary('\x21', '\x21', v6)).client == parse_address("2001:db8::1"));
}

TEST_CASE("a proxy may speak for itself, or of what is no TCP") {
  for (const std::string& text :
       {binary('\x20', '\0', ""), binary('\x20', '\x11', kV4), binary('\x21', '\0', ""),
        binary('\x21', '\x31', std::string(216, 'x'))}) {
    const auto header = read_proxy_header(text);
    CHECK(header.state == State::ready);
    CHECK(header.size == text.size());
    CHECK_FALSE(header.client);
  }
}

TEST_CASE("a header may come in any pieces") {
  for (const std::string& text :
       {"PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s, binary('\x21', '\x11', kV4 + kTls)}) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      CAPTURE(size);
      CHECK(read_proxy_header(std::string_view(text).substr(0, size)).state == State::more);
    }
    CHECK(read_proxy_header(text).state == State::ready);
  }
}

TEST_CASE("what is no PROXY header is refused as soon as that is clear") {
  for (const std::string& text :
       {"G"s, "GET / HTTP/1.1\r\n"s, "PROXYTCP4"s, "proxy TCP4"s, "\r\n\r\nx"s,
        "PROXY TCP5 192.0.2.1 198.51.100.1 1 2\r\n"s, "PROXY TCP4 192.0.2.1 198.51.100.1 1\r\n"s,
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 65536\r\n"s,
        "PROXY TCP4 192.0.2.1 198.51.100.1 1 2 3\r\n"s,
        "PROXY TCP4  192.0.2.1 198.51.100.1 1 2\r\n"s, "PROXY TCP4 ::1 ::1 1 2\r\n"s,
        "PROXY TCP4 x y 1 2\r\n"s, "PROXY \r\n"s, "PROXY UNKNOWN " + std::string(100, 'x'),
        binary('\x31', '\x11', kV4), binary('\x22', '\x11', kV4), binary('\x21', '\x11', "short"),
        binary('\x21', '\x21', kV4), binary('\x21', '\x11', std::string(5'000, 'x'))}) {
    CAPTURE(text);
    CHECK(read_proxy_header(text).state == State::bad);
  }
}

TEST_CASE("random bytes neither crash nor outgrow what was given") {
  std::mt19937 random(7);  // NOLINT: the same each time.
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? binary('\x21', '\x11', kV4 + kTls)
                                      : "PROXY TCP4 192.0.2.1 198.51.100.1 56324 443\r\n"s;
    for (int i = 0; i < 3; ++i) text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % (text.size() + 1));
    const auto header = read_proxy_header(text);
    if (header.state == State::ready) REQUIRE(header.size <= text.size());
  }
}

}  // namespace
}  // namespace likeness::http
