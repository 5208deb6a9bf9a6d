#ifndef LIKENESS_PROXY_ORIGIN_UCWA_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_UCWA_ORIGIN_H_

#include <optional>
#include <string>
#include <string_view>

#include "proxy/origin/live_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// What is wrong with an answer of UCWA; a pure function on hostile input. Only JSON and XML, or no
// body at all, are UCWA's own words: an intermediary's HTML with a 404 says nothing of the photo.
// Nor do 404s for the application or its version, and 410. Facts: docs/protocols.md, section 2.
[[nodiscard]] std::optional<Error> ucwa_trouble(const ClientResponse& response,
                                                WallClock::time_point now);

// The path of a photo below the application: a user's by address, a contact's by its id in
// "people".
[[nodiscard]] std::string ucwa_target(std::string_view id);

// The part of a Cookie header that is UCWA's: "cwt_ucwa=…", or empty. The others are this host's.
[[nodiscard]] std::string ucwa_cookie(std::string_view cookies);

// Contact photos of UCWA: "ucwa:BASE", where BASE is the URL of an application,
// "https://HOST/ucwa/oauth/v1/applications/ID". Revalidates by ETag.
class UcwaOrigin final : public Origin {
 public:
  UcwaOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared, std::string base);
  void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
             Done done) override;
  void check(std::string_view photo, const Validators& have, const Credentials& caller,
             Checked done) override;
  [[nodiscard]] OriginStats stats() const override { return client_.stats(); }

 private:
  const std::string base_;
  LiveClient client_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_UCWA_ORIGIN_H_
