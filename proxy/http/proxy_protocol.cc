#include "proxy/http/proxy_protocol.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace likeness::http {
namespace {

using std::string_view_literals::operator""sv;

using State = ProxyHeader::State;

constexpr std::string_view kText = "PROXY ";
constexpr std::string_view kBinary = "\r\n\r\n\0\r\nQUIT\n"sv;
constexpr std::size_t kMaxText = 107;  // With its CRLF.

unsigned byte(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

std::size_t length(std::string_view bytes, std::size_t at) {
  return byte(bytes, at) * 256 + byte(bytes, at + 1);
}

std::string_view take_word(std::string_view& line) {
  const auto end = std::min(line.find(' '), line.size());
  const auto word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

bool is_port(std::string_view text) {
  unsigned port = 0;
  const auto* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, port);
  return read.ec == std::errc() && read.ptr == end && port <= 65'535;
}

// "TCP4 192.0.2.1 198.51.100.1 56324 443"
ProxyHeader read_line(std::string_view line, std::size_t size) {
  const auto kind = take_word(line);
  if (kind == "UNKNOWN") return {.state = State::ready, .size = size};
  const bool v4 = kind == "TCP4";
  if (!v4 && kind != "TCP6") return {.state = State::bad};
  const auto client = parse_address(take_word(line));
  const auto server = parse_address(take_word(line));
  const bool ports = is_port(take_word(line)) && is_port(take_word(line)) && line.empty();
  if (!client || !server || !ports || (v4 && !client->is_v4())) return {.state = State::bad};
  return {.state = State::ready, .size = size, .client = client};
}

ProxyHeader read_text(std::string_view bytes) {
  const auto head = bytes.substr(0, kMaxText);
  const auto end = head.find("\r\n");
  if (end == std::string_view::npos)
    return {.state = head.size() == kMaxText ? State::bad : State::more};
  return read_line(head.substr(kText.size(), end - kText.size()), end + 2);
}

IpAddress address_of(std::string_view bytes) {
  IpAddress address;
  const bool v4 = bytes.size() == 4;
  if (v4) address.bytes[10] = address.bytes[11] = 0xff;
  std::ranges::transform(bytes, address.bytes.begin() + (v4 ? 12 : 0),
                         [](char c) { return static_cast<std::uint8_t>(c); });
  return address;
}

// Does one of the type-length-value fields say that the client came by TLS?
bool says_tls(std::string_view fields) {
  constexpr std::size_t kHead = 3;
  while (fields.size() >= kHead) {
    constexpr unsigned kSsl = 0x20;
    const auto size = length(fields, 1);
    if (size > fields.size() - kHead) return false;
    if (byte(fields, 0) == kSsl) return size > 0 && (byte(fields, kHead) & 1U) != 0;
    fields.remove_prefix(kHead + size);
  }
  return false;
}

ProxyHeader read_binary(std::string_view bytes) {
  constexpr std::size_t kHead = 16;
  if (bytes.size() < kHead) return {};
  const auto version_and_command = byte(bytes, 12);
  if (version_and_command != 0x20 && version_and_command != 0x21) return {.state = State::bad};
  const std::size_t size = kHead + length(bytes, 14);
  if (size > kMaxProxyHeader) return {.state = State::bad};
  if (bytes.size() < size) return {};
  ProxyHeader header{.state = State::ready, .size = size};
  if (version_and_command == 0x20) return header;  // LOCAL: the proxy's own.
  const auto family = byte(bytes, 13) >> 4U;
  const auto body = bytes.substr(kHead, size - kHead);
  // Two addresses and two ports.
  const std::size_t address = family == 1 ? 4 : 16;
  if (family != 1 && family != 2) return header;
  if (body.size() < 2 * address + 4) return {.state = State::bad};
  header.client = address_of(body.substr(0, address));
  header.tls = says_tls(body.substr(2 * address + 4));
  return header;
}

}  // namespace

ProxyHeader read_proxy_header(std::string_view bytes) {
  const auto begins = [&](std::string_view signature) {
    const auto known = std::min(bytes.size(), signature.size());
    return bytes.substr(0, known) == signature.substr(0, known);
  };
  if (begins(kBinary)) return bytes.size() < kBinary.size() ? ProxyHeader{} : read_binary(bytes);
  if (begins(kText)) return bytes.size() < kText.size() ? ProxyHeader{} : read_text(bytes);
  return {.state = State::bad};
}

}  // namespace likeness::http
