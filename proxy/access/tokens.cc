#include "proxy/access/tokens.h"

#include <stdexcept>

#include "config/keys.h"
#include "proxy/http/message.h"

namespace likeness::access {

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!http::same_name(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

Tokens::Tokens(const AccessSettings& settings) {
  for (const std::string& text : settings.tokens) {
    auto entry = config::parse_token_entry(text);
    if (!entry) throw std::runtime_error("access.tokens: " + entry.error().detail);
    known_.push_back({entry->sha256, {std::move(entry->user), entry->may_read, entry->may_write}});
  }
}

const Grant* Tokens::find(std::string_view authorization) const {
  const std::string_view token = bearer_token(authorization);
  if (token.empty()) return nullptr;
  const Digest digest = sha256(token);
  const Grant* found = nullptr;
  for (const Known& known : known_)
    if (same(known.sha256, digest)) found = &known.grant;
  return found;
}

}  // namespace likeness::access
