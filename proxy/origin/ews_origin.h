#ifndef LIKENESS_PROXY_ORIGIN_EWS_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_EWS_ORIGIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "proxy/origin/live_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// What is wrong with an answer of Exchange's GetUserPhoto; a pure function on hostile input. No
// photo: 404, and 500 without an EWS error in it (documented for unknown users; believed only
// briefly). Throttled: 503, or ErrorServerBusy in a 500 or even in a 200, with BackOffMilliseconds.
// Facts: docs/protocols.md, section 1.
[[nodiscard]] std::optional<Error> ews_trouble(const ClientResponse& response,
                                               WallClock::time_point now);

// The path and query that ask for a user's photo, relative to the service's base; nothing if the id
// holds no e-mail address: Exchange knows users' photos by that alone. Of "{user}/contacts/{id}"
// the contact's address counts.
[[nodiscard]] std::optional<std::string> ews_target(std::string_view id);

// Photos of Exchange users by e-mail address: "ews:BASE". Asks for the largest size, of which
// Exchange sends what it has, and revalidates by ETag.
class EwsOrigin final : public Origin {
 public:
  EwsOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared, std::string base);
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return client_.stats(); }

 private:
  Loop& loop_;
  const std::string base_;
  LiveClient client_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_EWS_ORIGIN_H_
