#ifndef LIKENESS_PROXY_HTTP_PROXY_PROTOCOL_H_
#define LIKENESS_PROXY_HTTP_PROXY_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "config/base/network.h"

namespace likeness::http {

// What a proxy says of its client before the first byte of a connection: the PROXY protocol,
// versions 1 and 2, as HAProxy's doc/proxy-protocol.txt has it.
struct ProxyHeader {
  enum class State : std::uint8_t {
    more,   // Not complete: call again with more bytes.
    ready,  // The other fields hold.
    bad,    // Not the PROXY protocol. Final.
  };
  State state = State::more;
  std::size_t size = 0;  // Of the header; what the client said stands behind it.
  // Nothing where the proxy speaks for itself (LOCAL, UNKNOWN) or of something other than TCP.
  std::optional<IpAddress> client = std::nullopt;
  bool tls = false;  // The client came by TLS, says version 2.
};

// No more bytes than this are waited for: a version 2 header is refused beyond.
inline constexpr std::size_t kMaxProxyHeader = 4'096;

// Reads the header that `bytes`, all that a connection has brought so far, begin with. Pure; bytes
// may be anything.
[[nodiscard]] ProxyHeader read_proxy_header(std::string_view bytes);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_PROXY_PROTOCOL_H_
