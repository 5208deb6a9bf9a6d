#include "proxy/origin/ucwa_origin.h"

#include <algorithm>
#include <utility>

#include "proxy/http/message.h"
#include "proxy/origin/answer.h"
#include "proxy/origin/escape.h"
#include "proxy/origin/service_error.h"

namespace likeness::origin {

std::optional<Error> ucwa_trouble(const ClientResponse& response, WallClock::time_point now) {
  const int status = response.status;
  const bool good = status == 200 || status == 304;
  const auto error = read_service_error(response.body);
  if (good && !error) return std::nullopt;
  const std::string code = error ? error->code : std::string();
  const std::string subcode = error ? error->subcode : std::string();
  Error trouble = error_of(response, now);
  if (!code.empty()) trouble.detail += ": " + code + (subcode.empty() ? "" : "/" + subcode);
  if (status == 429 || code == "TooManyRequests" || trouble.code == Errc::throttled)
    return throttled(std::move(trouble.detail), trouble.retry_after);
  const bool own_words = response.body.empty() || error;
  const bool of_the_service = subcode == "ApplicationNotFound" || code == "ApplicationNotFound" ||
                              subcode == "APIVersionNotSupported";
  if (status == 204 || (own_words && !of_the_service && (status == 404 || code == "NotFound"))) {
    trouble.code = Errc::no_photo;
    trouble.retry_after = {};
  } else if (code == "Forbidden") {
    trouble.code = Errc::origin_refused;
  } else if (code == "Timeout" || code == "GatewayTimeout" || subcode == "ExchangeTimeout") {
    trouble.code = Errc::origin_timeout;
  }
  return trouble;
}

std::string ucwa_target(std::string_view id) {
  constexpr std::string_view kContacts = "/contacts/";
  if (const auto split = id.find(kContacts); split != std::string_view::npos)
    id.remove_prefix(split + kContacts.size());
  if (http::same_name(id, "me")) return "/photo";
  if (id.find('@') != std::string_view::npos) return "/photos/" + escape(id);
  return "/people/" + escape(id) + "/contactPhoto";
}

std::string ucwa_cookie(std::string_view cookies) {
  constexpr std::string_view kName = "cwt_ucwa=";
  while (!cookies.empty()) {
    const auto end = std::min(cookies.find(';'), cookies.size());
    auto cookie = cookies.substr(0, end);
    cookies.remove_prefix(std::min(end + 1, cookies.size()));
    cookie.remove_prefix(std::min(cookie.find_first_not_of(' '), cookie.size()));
    if (cookie.starts_with(kName)) return std::string(cookie);
  }
  return {};
}

UcwaOrigin::UcwaOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared,
                       std::string base)
    : base_(std::move(base)), client_(loop, settings, shared, &ucwa_trouble) {}

void UcwaOrigin::fetch(std::string_view photo, const Validators& have, const Credentials& caller,
                       Done done) {
  std::vector<std::string> headers{"Accept: image/jpeg"};
  if (!have.etag.empty()) headers.push_back("If-None-Match: " + have.etag);
  // UCWA spells sizes in upper case.
  client_.get(base_ + ucwa_target(photo) + "?size=HR648X648", std::move(headers),
              {caller.authorization, ucwa_cookie(caller.cookie), caller.traceparent},
              as_photo(std::move(done)));
}

void UcwaOrigin::check(std::string_view photo, const Validators& have, const Credentials& caller,
                       Checked done) {
  if (!client_.asks_as_caller()) return client_.answer_yes(std::move(done));
  fetch(photo, have, caller, as_check(std::move(done)));
}

}  // namespace likeness::origin
