#include "proxy/origin/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace likeness::origin {
namespace {

using Bytes = std::array<std::uint8_t, 16>;

constexpr std::uint32_t ip(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24U | b << 16U | c << 8U | d;
}

struct Block4 {
  std::uint32_t prefix;
  unsigned bits;
  AddressClass kind;
};

// The first that matches counts.
constexpr Block4 kBlocks4[] = {
    {ip(169, 254, 169, 254), 32, AddressClass::metadata},  // AWS, Azure, Google and most others.
    {ip(169, 254, 170, 0), 24, AddressClass::metadata},    // AWS containers.
    {ip(100, 100, 100, 200), 32, AddressClass::metadata},  // Alibaba.
    {ip(168, 63, 129, 16), 32, AddressClass::metadata},    // Azure's platform.
    {ip(192, 0, 0, 192), 32, AddressClass::metadata},      // Oracle, of old.
    {ip(0, 0, 0, 0), 8, AddressClass::special},
    {ip(10, 0, 0, 0), 8, AddressClass::private_use},
    {ip(100, 64, 0, 0), 10, AddressClass::private_use},
    {ip(127, 0, 0, 0), 8, AddressClass::loopback},
    {ip(169, 254, 0, 0), 16, AddressClass::special},
    {ip(172, 16, 0, 0), 12, AddressClass::private_use},
    {ip(192, 0, 0, 0), 24, AddressClass::special},
    {ip(192, 0, 2, 0), 24, AddressClass::special},
    {ip(192, 88, 99, 0), 24, AddressClass::special},
    {ip(192, 168, 0, 0), 16, AddressClass::private_use},
    {ip(198, 18, 0, 0), 15, AddressClass::special},
    {ip(198, 51, 100, 0), 24, AddressClass::special},
    {ip(203, 0, 113, 0), 24, AddressClass::special},
    {ip(224, 0, 0, 0), 3, AddressClass::special},
};

AddressClass classify4(std::uint32_t address) {
  for (const auto& [prefix, bits, kind] : kBlocks4)
    if ((address ^ prefix) >> (32 - bits) == 0) return kind;
  return AddressClass::global;
}

struct Block6 {
  std::string_view prefix;  // Bytes.
  unsigned bits;
  AddressClass kind;
};

constexpr Block6 kBlocks6[] = {
    {{"\xfd\x00\x0e\xc2\0\0\0\0\0\0\0\0\0\0\x02\x54", 16}, 128, AddressClass::metadata},  // AWS.
    {{"\xfd\x20\x00\xce\0\0\0\0\0\0\0\0\0\0\x02\x54", 16}, 128, AddressClass::metadata},  // Google.
    {{"\xfc", 1}, 7, AddressClass::private_use},
    {{"\x20\x01\x0d\xb8", 4}, 32, AddressClass::special},    // Documentation.
    {{"\x20\x01\0\x02\0\0", 6}, 48, AddressClass::special},  // Benchmarks.
    {{"\x20\x01\0\x10", 4}, 28, AddressClass::special},      // ORCHID, of old.
    {{"\x20\x01\0\x20", 4}, 28, AddressClass::special},      // ORCHIDv2.
    {{"\x3f\xff", 2}, 20, AddressClass::special},            // Documentation.
    {{"\x20", 1}, 3, AddressClass::global},                  // 2000::/3, all else that is assigned.
};

bool matches(const Bytes& address, const Block6& block) {
  for (unsigned bit = 0; bit < block.bits; ++bit) {
    const auto byte = static_cast<std::uint8_t>(block.prefix[bit / 8]);
    if (((address[bit / 8] ^ byte) >> (7 - bit % 8) & 1) != 0) return false;
  }
  return true;
}

bool begins(const Bytes& address, std::string_view prefix, std::size_t at = 0) {
  return std::memcmp(address.data() + at, prefix.data(), prefix.size()) == 0;
}

std::uint32_t four(const Bytes& address, std::size_t at) {
  return ip(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

// Of two classes, the one that decides: anything but global.
AddressClass worse(AddressClass a, AddressClass b) { return a == AddressClass::global ? b : a; }

AddressClass classify6(const Bytes& address) {
  using std::string_view;
  const AddressClass last = classify4(four(address, 12));
  constexpr string_view kZeros("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 15);
  if (begins(address, kZeros))
    return address[15] == 1 ? AddressClass::loopback : worse(last, AddressClass::special);
  if (begins(address, kZeros.substr(0, 12))) return last;                             // Compatible.
  if (begins(address, string_view("\0\0\0\0\0\0\0\0\0\0\xff\xff", 12))) return last;  // Mapped.
  if (begins(address, string_view("\0\0\0\0\0\0\0\0\xff\xff\0\0", 12))) return last;  // RFC 2765.
  if (begins(address, string_view("\0\x64\xff\x9b\0\0\0\0\0\0\0\0", 12))) return last;  // NAT64.
  if (begins(address, string_view("\x20\x02", 2))) return classify4(four(address, 2));  // 6to4.
  if (begins(address, string_view("\x20\x01\0\0", 4)))  // Teredo: server, and client inverted.
    return worse(classify4(four(address, 4)), classify4(~four(address, 12)));
  // ISATAP may stand under any prefix.
  const bool isatap = begins(address, string_view("\0\0\x5e\xfe", 4), 8) ||
                      begins(address, string_view("\x02\0\x5e\xfe", 4), 8);
  const AddressClass carried = isatap ? last : AddressClass::global;
  const auto* block =
      std::ranges::find_if(kBlocks6, [&](const auto& b) { return matches(address, b); });
  // What is in no block is not assigned, link-local, multicast, or a translator's local prefix.
  return worse(carried, block == std::end(kBlocks6) ? AddressClass::special : block->kind);
}

}  // namespace

AddressClass classify(const sockaddr& address) {
  if (address.sa_family == AF_INET)
    return classify4(ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr));
  if (address.sa_family != AF_INET6) return AddressClass::special;
  Bytes bytes;
  std::memcpy(bytes.data(), &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr,
              bytes.size());
  return classify6(bytes);
}

AddressClass classify(std::string_view literal) {
  const std::string text(literal);
  in_addr four{};
  if (::inet_pton(AF_INET, text.c_str(), &four) == 1) return classify4(ntohl(four.s_addr));
  Bytes six{};
  if (::inet_pton(AF_INET6, text.c_str(), six.data()) == 1) return classify6(six);
  return AddressClass::special;
}

std::string to_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET)
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(address).sin_addr, text,
                sizeof text);
  if (address.sa_family == AF_INET6)
    ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr, text,
                sizeof text);
  return text;
}

}  // namespace likeness::origin
