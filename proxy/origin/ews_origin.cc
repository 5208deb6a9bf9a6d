#include "proxy/origin/ews_origin.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "proxy/origin/answer.h"
#include "proxy/origin/escape.h"
#include "proxy/origin/service_error.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxErrorBytes = 64 * kKiB;
// How long a 500 is taken to mean that there is no photo.
constexpr milliseconds kBriefly{10'000};

milliseconds back_off(std::string_view xml) {
  // <t:Value Name="BackOffMilliseconds">297749</t:Value>
  constexpr std::string_view kName = "BackOffMilliseconds\">";
  const auto at = xml.find(kName);
  if (at == std::string_view::npos) return milliseconds(0);
  const auto number = xml.substr(at + kName.size());
  std::int64_t wait = 0;
  std::from_chars(number.data(), number.data() + number.size(), wait);
  constexpr std::int64_t kHour = 3'600'000;
  return milliseconds(std::clamp<std::int64_t>(wait, 0, kHour));
}

}  // namespace

std::optional<Error> ews_trouble(const ClientResponse& response, WallClock::time_point now) {
  const int status = response.status;
  const bool markup = looks_like_markup(response.body);
  const bool good = status == 200 || status == 304;
  if (good && !markup) return std::nullopt;
  const auto body = std::string_view(response.body).substr(0, kMaxErrorBytes);
  auto code = markup ? element(body, "ResponseCode") : std::string_view();
  if (code.empty() && markup) code = element(body, "faultcode");
  const bool busy = code.find("ErrorServerBusy") != std::string_view::npos;
  Error trouble = error_of(response, now);
  if (busy || status == 503 || status == 429)
    return throttled(busy ? "Exchange is busy" : trouble.detail,
                     std::max(trouble.retry_after, back_off(body)));
  const bool none = code == "ErrorItemNotFound" || code == "ErrorNonExistentMailbox";
  if (status == 404 || status == 204 || none) {
    trouble.code = Errc::no_photo;
  } else if (status == 500 && code.empty()) {
    trouble.code = Errc::no_photo;
    trouble.retry_after = kBriefly;
  } else if (status == 440) {  // IIS: the session has ended.
    trouble.code = Errc::origin_refused;
  }
  return trouble;
}

std::optional<std::string> ews_target(std::string_view id) {
  constexpr std::string_view kContacts = "/contacts/";
  if (const auto split = id.find(kContacts); split != std::string_view::npos)
    id.remove_prefix(split + kContacts.size());
  if (id.find('@') == std::string_view::npos) return std::nullopt;
  return "/ews/Exchange.asmx/s/GetUserPhoto?email=" + escape(id) + "&size=HR648x648";
}

EwsOrigin::EwsOrigin(Loop& loop, const OriginSettings& settings, LiveShared& shared,
                     std::string base)
    : loop_(loop), base_(std::move(base)), client_(loop, settings, shared, &ews_trouble) {}

void EwsOrigin::fetch(std::string_view photo, const Validators& have, const Credentials& caller,
                      Done done) {
  const auto target = ews_target(photo);
  if (!target) {
    loop_.post([done = std::move(done)]() mutable {
      done(fail(Errc::no_photo, "Exchange knows photos by e-mail address"));
    });
    return;
  }
  std::vector<std::string> headers{"Accept: image/*"};
  if (!have.etag.empty()) headers.push_back("If-None-Match: " + have.etag);
  client_.get(base_ + *target, std::move(headers), {caller.authorization, {}, caller.traceparent},
              as_photo(std::move(done)));
}

void EwsOrigin::check(std::string_view photo, const Validators& have, const Credentials& caller,
                      Checked done) {
  if (!client_.asks_as_caller()) return client_.answer_yes(std::move(done));
  fetch(photo, have, caller, as_check(std::move(done)));
}

}  // namespace likeness::origin
