#ifndef LIKENESS_PROXY_ACCESS_GUARD_H_
#define LIKENESS_PROXY_ACCESS_GUARD_H_

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "config/base/time.h"
#include "config/keys.h"
#include "config/settings.h"
#include "imaging/spec.h"
#include "proxy/access/limits.h"
#include "proxy/access/permissions.h"
#include "proxy/dialects/call.h"
#include "proxy/http/message.h"
#include "proxy/proof/signatures.h"
#include "proxy/proof/tokens.h"

namespace likeness::access {

// May this request have this photo?
struct Decision {
  enum class Next : std::uint8_t { allow, refuse, ask_origin };
  Next next = Next::allow;
  Errc why = Errc::forbidden;  // Of a refusal.
  bool confidential = false;   // The answer is for this caller alone.
  // No cache may keep the answer for longer; nothing: as long as is right for the photo.
  std::optional<seconds> left = std::nullopt;
};

// Who may see what, by access.*, limits.* and the listeners: the questions that the gateway asks of
// every request. What an origin says of a caller is Permissions' business; where it knows no
// callers, the tokens of the settings are what counts.
//
// Immutable: other settings make another guard, and the gateways go over to it (CurrentGuard). What
// it shares with those before and after it is given. Thread-safe. Nothing here allocates.
class Guard {
 public:
  // `tokens` and `limits` outlive it. `origin_knows_callers`: it is asked with each caller's own
  // proof, and tells what he may see. Throws std::runtime_error if a key or secret of the settings
  // cannot be read.
  Guard(const Settings& settings, bool origin_knows_callers, const proof::Tokens& tokens,
        ClientLimits& limits);

  // May it come in at all? forbidden without the CDN's secret; too_many_requests, with when to come
  // back. Whoever comes by an operators' listener may.
  [[nodiscard]] std::optional<Error> admit(const http::Request& request,
                                           Clock::time_point now) const;

  // Nothing is asked of whoever wants a photo in this dialect.
  [[nodiscard]] bool is_open(dialects::Dialect dialect) const {
    return modes_[static_cast<std::size_t>(dialect)] == Mode::open && unsigned_sizes_.empty();
  }
  [[nodiscard]] Decision decide(const http::Request& request, const dialects::Call& call,
                                WallClock::time_point now) const;

  // May this client ask for a photo that is not in memory? Else too_many_requests.
  [[nodiscard]] std::optional<Error> miss(const std::optional<IpAddress>& client,
                                          std::string_view photo, Clock::time_point now) const;

  // Where operators have listeners of their own, only those lead to /admin, /metrics and /debug.
  [[nodiscard]] bool is_operators_door(const http::Request& request) const;
  // May it see metrics and the like? Whoever came by an operators' listener, this machine, and
  // whoever shows the admin token. REQUIRES: is_operators_door(request).
  [[nodiscard]] bool may_watch(const http::Request& request) const;
  // Must the URLs of web pages' photos be signed, at least those of some sizes?
  [[nodiscard]] bool wants_signatures() const;
  // May it see whose photos there are? Whoever may see them all, and operators.
  [[nodiscard]] bool may_list(const http::Request& request) const;
  // May it change something? Whoever shows the admin token.
  [[nodiscard]] bool may_administer(const http::Request& request) const;

  // Are there bearer tokens for what is kept here?
  [[nodiscard]] bool has_tokens() const { return tokens_.any(); }

  [[nodiscard]] const proof::SigningKeys& signing_keys() const { return keys_; }

 private:
  enum class Mode : std::uint8_t { open, by_signature, by_token };

  [[nodiscard]] Decision check_signature(const http::Request& request, const dialects::Call& call,
                                         WallClock::time_point now) const;
  [[nodiscard]] Decision check_token(const http::Request& request,
                                     const dialects::Call& call) const;
  [[nodiscard]] bool may_be_unsigned(const dialects::Call& call) const;

  static Mode read_mode(const std::string& mode, const std::string& otherwise);

  std::array<Mode, 5> modes_;  // By dialect.
  proof::SigningKeys keys_;
  const proof::Tokens& tokens_;
  std::vector<imaging::Size> unsigned_sizes_;
  std::string admin_token_;
  std::optional<config::HeaderEntry> cdn_secret_;
  bool operators_apart_;
  bool origin_knows_callers_;
  bool embedded_;  // The contact store knows whose the photos are, and tokens who asks.
  ClientLimits& limits_;
};

// The guard that counts on a loop now: replaced between two turns of it, so whoever lives there
// keeps a reference to this and not to the guard.
using CurrentGuard = std::shared_ptr<const Guard>;

// What a caller shows for a photo: the Authorization header, or the cookie that UCWA's browsers
// send in its place, since <img> cannot send headers (docs/protocols.md, section 2).
[[nodiscard]] Proof proof_of(const http::Request& request, dialects::Dialect dialect);

}  // namespace likeness::access

#endif  // LIKENESS_PROXY_ACCESS_GUARD_H_
