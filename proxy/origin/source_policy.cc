#include "proxy/origin/source_policy.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/http/message.h"
#include "proxy/origin/address.h"

namespace likeness::origin {
namespace {

constexpr int default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

// An entry of the allow-list against a target.
bool names(std::string_view entry, const Target& target) {
  std::string_view host = entry;
  int port = default_port(target.scheme);
  const auto end = entry.starts_with('[') ? entry.find(']') : 0;
  if (const auto colon = entry.find(':', end); colon != std::string_view::npos) {
    std::from_chars(entry.data() + colon + 1, entry.data() + entry.size(), port);
    host = entry.substr(0, colon);
  }
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (port != target.port) return false;
  if (!host.starts_with("*.")) return http::same_name(host, target.host);
  host.remove_prefix(1);
  return target.host.size() > host.size() &&
         http::same_name(host,
                         std::string_view(target.host).substr(target.host.size() - host.size()));
}

bool is_literal(std::string_view host) {
  return host.find(':') != std::string_view::npos ||
         host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace

SourcePolicy::SourcePolicy(Target origin, std::vector<std::string> redirects,
                           std::string_view private_addresses)
    : origin_(std::move(origin)),
      redirects_(std::move(redirects)),
      inwards_(private_addresses == "allow"    ? Inwards::yes
               : private_addresses == "refuse" ? Inwards::no
                                               : Inwards::unknown) {}

bool SourcePolicy::may_redirect(const Target& from, const Target& to) const {
  if (from.scheme == "https" && to.scheme != "https") return false;
  if (redirects_.empty()) return false;
  return to == from || to == origin_ ||
         std::ranges::any_of(redirects_, [&](const auto& entry) { return names(entry, to); });
}

bool SourcePolicy::may_connect(const Target& to, const sockaddr& address) {
  const AddressClass kind = classify(address);
  const bool own = to.host == origin_.host && to.port == origin_.port;
  // A literal is its own address: whoever got this far with one was written by the operator, or is
  // global.
  const bool written =
      own || std::ranges::any_of(redirects_, [&](const auto& entry) { return names(entry, to); });
  if (is_literal(to.host)) return written || kind == AddressClass::global;
  if (!own) return kind == AddressClass::global;
  if (kind != AddressClass::global && kind != AddressClass::private_use &&
      kind != AddressClass::loopback)
    return false;
  const bool inside = kind != AddressClass::global;
  Inwards known = Inwards::unknown;
  const Inwards first = inside ? Inwards::yes : Inwards::no;
  if (inwards_.compare_exchange_strong(known, first)) known = first;
  return !inside || known == Inwards::yes;
}

}  // namespace likeness::origin
