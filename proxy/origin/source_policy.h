#ifndef LIKENESS_PROXY_ORIGIN_SOURCE_POLICY_H_
#define LIKENESS_PROXY_ORIGIN_SOURCE_POLICY_H_

#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace likeness::origin {

// Where a request leads: a URL's scheme, host and port, taken apart by the one who connects.
struct Target {
  std::string scheme;  // Lower case.
  std::string host;    // Lower case, IPv6 without brackets.
  int port = 0;
  friend bool operator==(const Target&, const Target&) = default;
};

// A SourcePolicy decides where fetches may go, whatever the origin or the name service says.
//
// Redirects: only to hosts of the allow-list, and never from https to http. An entry is "HOST",
// "HOST:PORT" (without a port: the scheme's own), or "*.DOMAIN".
//
// Addresses: global ones always. An address that the operator has written himself, as the origin or
// in the allow-list, always. The origin's own name may lead to private or loopback addresses if
// `private_addresses` is "allow", or with "auto" if it did when it was first connected: a name that
// began in public cannot be turned inwards later. Nobody else's name may, and no name at all leads
// to link-local, metadata and other special addresses.
//
// Thread-safe.
class SourcePolicy {
 public:
  SourcePolicy(Target origin, std::vector<std::string> redirects,
               std::string_view private_addresses);

  [[nodiscard]] bool follows_redirects() const { return !redirects_.empty(); }
  [[nodiscard]] bool may_redirect(const Target& from, const Target& to) const;
  // To be asked for each address before it is connected.
  [[nodiscard]] bool may_connect(const Target& to, const sockaddr& address);

 private:
  enum class Inwards : std::uint8_t { unknown, yes, no };

  Target origin_;
  std::vector<std::string> redirects_;
  std::atomic<Inwards> inwards_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_SOURCE_POLICY_H_
