#include "config/base/network.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace likeness {
namespace {

constexpr int kBits = 128;
constexpr std::size_t kPrefix = 12;  // Bytes before an IPv4 address.
constexpr std::array<std::uint8_t, kPrefix> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

}  // namespace

bool IpAddress::is_v4() const { return std::equal(kMapped.begin(), kMapped.end(), bytes.begin()); }

bool IpAddress::is_loopback() const {
  if (is_v4()) return bytes[kPrefix] == 127;
  return bytes.back() == 1 &&
         std::all_of(bytes.begin(), bytes.end() - 1, [](auto b) { return !b; });
}

std::optional<IpAddress> parse_address(std::string_view text) {
  std::array<char, INET6_ADDRSTRLEN> copy{};
  if (text.size() >= copy.size() || text.contains('\0')) return std::nullopt;
  text.copy(copy.data(), text.size());
  IpAddress address;
  if (text.contains(':')) {
    if (::inet_pton(AF_INET6, copy.data(), address.bytes.data()) != 1) return std::nullopt;
    return address;
  }
  std::ranges::copy(kMapped, address.bytes.begin());
  if (::inet_pton(AF_INET, copy.data(), address.bytes.data() + kPrefix) != 1) return std::nullopt;
  return address;
}

std::string to_text(const IpAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.is_v4()) {
    ::inet_ntop(AF_INET, address.bytes.data() + kPrefix, text.data(), text.size());
  } else {
    ::inet_ntop(AF_INET6, address.bytes.data(), text.data(), text.size());
  }
  return text.data();
}

std::optional<Networks::Network> Networks::parse_one(std::string_view text) {
  const auto slash = text.find('/');
  const auto first = parse_address(text.substr(0, slash));
  if (!first) return std::nullopt;
  Network network{*first, kBits};
  if (slash == std::string_view::npos) return network;
  const auto digits = text.substr(slash + 1);
  const auto* const end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, network.bits);
  // By how the text is written: "::ffff:10.0.0.0/104" counts as IPv6 does.
  const int most = text.contains(':') ? kBits : 32;
  if (read.ec != std::errc() || read.ptr != end || network.bits < 0 || network.bits > most)
    return std::nullopt;
  network.bits += kBits - most;
  return network;
}

Result<Networks> Networks::parse(std::span<const std::string> texts) {
  Networks all;
  for (const std::string& text : texts) {
    if (text == "unix") {
      all.unix_ = true;
    } else if (const auto network = parse_one(text)) {
      all.networks_.push_back(*network);
    } else {
      return fail(Errc::bad_request,
                  "expected an address, ADDRESS/BITS or unix, got \"" + text + "\"");
    }
  }
  return all;
}

bool Networks::contains(const IpAddress& address) const {
  return std::ranges::any_of(networks_, [&](const Network& network) {
    const auto whole = static_cast<std::size_t>(network.bits / 8);
    const int rest = network.bits % 8;
    const auto& first = network.first.bytes;
    if (!std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(whole),
                    address.bytes.begin()))
      return false;
    return rest == 0 || (first[whole] ^ address.bytes[whole]) >> (8 - rest) == 0;
  });
}

}  // namespace likeness
