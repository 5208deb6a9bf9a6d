// Feeds what proxies in front say of their clients: the PROXY protocol, and forwarding headers.
#include <array>
#include <string>

#include "proxy/http/forwarded.h"
#include "proxy/http/proxy_protocol.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness;
using fuzz::hold;

void read_header(std::string_view bytes) {
  using State = http::ProxyHeader::State;
  const auto header = http::read_proxy_header(bytes);
  if (header.state != State::ready) return;
  hold(header.size > 0 && header.size <= bytes.size() && header.size <= http::kMaxProxyHeader);
  // A header is the same whatever follows it, and incomplete without its last byte.
  hold(http::read_proxy_header(bytes.substr(0, header.size)).size == header.size);
  hold(http::read_proxy_header(bytes.substr(0, header.size - 1)).state != State::ready);
  if (header.client) hold(parse_address(to_text(*header.client)) == header.client);
}

void believe(std::string_view value, http::ForwardedBy by) {
  static const std::array<std::string, 2> names{"10.0.0.0/8", "unix"};
  static const Networks trusted = *Networks::parse(names);
  const bool standard = by == http::ForwardedBy::forwarded;
  const std::array<http::Header, 3> headers{
      http::Header{standard ? "Forwarded" : "X-Forwarded-For", value},
      http::Header{"X-Forwarded-Host", value}, http::Header{"X-Forwarded-Proto", value}};
  http::Request request;
  request.headers = headers;
  request.address = parse_address("10.0.0.1");
  http::believe_forwarded(request, trusted, by);
  if (request.address) hold(!to_text(*request.address).empty());
  hold(http::base_url(request).find_first_of("\r\n") == std::string::npos);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto input = fuzz::text_of(data, size);
  read_header(input);
  // The request reader lets no line breaks into a value.
  if (input.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) return 0;
  believe(input, http::ForwardedBy::x_forwarded);
  believe(input, http::ForwardedBy::forwarded);
  return 0;
}
