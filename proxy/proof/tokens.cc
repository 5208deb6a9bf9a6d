#include "proxy/proof/tokens.h"

#include <stdexcept>

#include "config/keys.h"
#include "proxy/http/message.h"

namespace likeness::proof {

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kScheme = "Bearer ";
  if (!http::same_name(authorization.substr(0, kScheme.size()), kScheme)) return {};
  authorization.remove_prefix(kScheme.size());
  authorization.remove_prefix(std::min(authorization.find_first_not_of(' '), authorization.size()));
  return authorization;
}

Tokens::List Tokens::read(const AccessSettings& settings) {
  auto known = std::make_shared<std::vector<Known>>();
  for (const std::string& text : settings.tokens) {
    auto entry = config::parse_token_entry(text);
    if (!entry) throw std::runtime_error("access.tokens: " + entry.error().detail);
    known->push_back({entry->sha256, {std::move(entry->user), entry->may_read, entry->may_write}});
  }
  return known;
}

void Tokens::replace(const AccessSettings& settings) {
  List list = read(settings);
  known_.with([&](List& known) { known.swap(list); });
}

std::shared_ptr<const Grant> Tokens::find(std::string_view authorization) const {
  const std::string_view token = bearer_token(authorization);
  if (token.empty()) return nullptr;
  const List list = known();
  const Digest digest = sha256(token);
  const Grant* found = nullptr;
  for (const Known& one : *list)
    if (same(one.sha256, digest)) found = &one.grant;
  return {list, found};
}

}  // namespace likeness::proof
