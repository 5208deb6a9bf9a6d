#ifndef LIKENESS_CONFIG_BASE_NETWORK_H_
#define LIKENESS_CONFIG_BASE_NETWORK_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"

namespace likeness {

// An IP address; an IPv4 one is held as IPv6 has it, ::ffff:a.b.c.d, so that the two forms are one.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] bool is_loopback() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;
};

// Reads "10.0.0.1" or "2001:db8::1", without brackets, zone or port. Allocates nothing.
[[nodiscard]] std::optional<IpAddress> parse_address(std::string_view text);

// The text that parse_address() reads.
[[nodiscard]] std::string to_text(const IpAddress& address);

// A set of networks, named as in settings: "10.0.0.0/8", "2001:db8::/32", an address alone, or
// "unix" for whoever connects by a unix socket. Immutable, thread-safe.
class Networks {
 public:
  Networks() = default;
  [[nodiscard]] static Result<Networks> parse(std::span<const std::string> texts);

  [[nodiscard]] bool contains(const IpAddress& address) const;
  [[nodiscard]] bool contains_unix() const { return unix_; }

 private:
  struct Network {
    IpAddress first;
    int bits;  // Of 128.
  };
  static std::optional<Network> parse_one(std::string_view text);

  std::vector<Network> networks_;
  bool unix_ = false;
};

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_NETWORK_H_
