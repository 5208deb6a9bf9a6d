#ifndef LIKENESS_PROXY_ORIGIN_ADDRESS_H_
#define LIKENESS_PROXY_ORIGIN_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace likeness::origin {

// What kind of place an IP address leads to (IANA's special-purpose registries, RFC 6890). An IPv6
// address that carries an IPv4 one (mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP) is
// judged by that one too: the network may take it there.
enum class AddressClass : std::uint8_t {
  global,       // The Internet.
  loopback,     // This machine.
  private_use,  // A network behind the operator's router: RFC 1918, 4193, 6598.
  metadata,     // Where clouds serve a machine's credentials.
  special,      // Link-local, multicast, unspecified, documentation, reserved: no origin is there.
};

// REQUIRES: `address` holds what its family says. Other families than IP are special.
[[nodiscard]] AddressClass classify(const sockaddr& address);
// Of a literal, IPv6 without brackets; special if it is none.
[[nodiscard]] AddressClass classify(std::string_view literal);

// "10.0.0.1"; for the log. Empty if it is no IP address.
[[nodiscard]] std::string to_text(const sockaddr& address);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_ADDRESS_H_
