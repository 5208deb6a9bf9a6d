#include "proxy/origin/answer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "proxy/http/message.h"

namespace likeness::origin {
namespace {

constexpr std::size_t kMaxValidator = 256;
constexpr milliseconds kLongestRetryAfter = std::chrono::hours(1);

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// The value of a Cache-Control directive: empty optional if absent, empty text if it has none.
std::optional<std::string_view> directive(std::string_view field, std::string_view name) {
  while (!field.empty()) {
    const auto comma = std::min(field.find(','), field.size());
    const auto part = trim(field.substr(0, comma));
    field.remove_prefix(std::min(comma + 1, field.size()));
    const auto equals = std::min(part.find('='), part.size());
    if (!same_name(trim(part.substr(0, equals)), name)) continue;
    auto value = trim(part.substr(std::min(equals + 1, part.size())));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
      value = value.substr(1, value.size() - 2);
    return value;
  }
  return std::nullopt;
}

std::optional<seconds> delta_seconds(std::optional<std::string_view> text) {
  if (!text || text->empty()) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (end != text->data() + text->size() || value < 0) return std::nullopt;
  if (error == std::errc::result_out_of_range) value = std::int64_t{1} << 31U;  // RFC 9111 1.2.2.
  return seconds(std::min(value, std::int64_t{1} << 31U));
}

}  // namespace

std::optional<milliseconds> retry_after(std::string_view value, WallClock::time_point now) {
  value = trim(value);
  if (value.empty()) return std::nullopt;
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  milliseconds wait{0};
  if (error == std::errc() && end == value.data() + value.size()) {
    if (!(number >= 0)) return std::nullopt;
    const double most = static_cast<double>(kLongestRetryAfter.count());
    wait = milliseconds(static_cast<std::int64_t>(std::ceil(std::min(number * 1000, most))));
  } else {
    const auto stamp = http::parse_date(value);
    if (stamp < 0) return std::nullopt;
    wait = std::chrono::ceil<milliseconds>(WallClock::from_time_t(stamp) - now);
  }
  return std::clamp(wait, milliseconds(0), kLongestRetryAfter);
}

std::optional<seconds> max_age(const ClientResponse& response) {
  const std::string_view control = response.header("cache-control");
  if (directive(control, "no-store") || directive(control, "no-cache")) return seconds(0);
  if (const auto age = delta_seconds(directive(control, "s-maxage"))) return age;
  if (const auto age = delta_seconds(directive(control, "max-age"))) return age;
  const std::string_view expires = response.header("expires");
  if (expires.empty()) return std::nullopt;
  const auto until = http::parse_date(expires);
  if (until < 0) return seconds(0);  // RFC 9111 5.3: an invalid date is in the past.
  const auto sent = http::parse_date(response.header("date"));
  const auto base = sent < 0 ? WallClock::to_time_t(WallClock::now()) : sent;
  return seconds(std::max<std::int64_t>(0, until - base));
}

Validators validators_of(const ClientResponse& response) {
  // They are stored as JSON and sent back as headers: what is no visible ASCII is no validator.
  const auto usable = [](std::string_view value) {
    const bool plain = std::ranges::all_of(value, [](char c) { return c >= ' ' && c <= '~'; });
    return std::string(plain && value.size() <= kMaxValidator ? value : std::string_view());
  };
  return {usable(response.header("etag")), usable(response.header("last-modified"))};
}

Error error_of(const ClientResponse& response, WallClock::time_point now) {
  const int status = response.status;
  const std::string detail = "the origin answered " + std::to_string(status);
  const auto wait = retry_after(response.header("retry-after"), now).value_or(milliseconds(0));
  switch (status) {
    case 401:
    case 403:
    case 407: return {Errc::origin_refused, detail, wait};
    case 429: return {Errc::throttled, detail, wait};
    case 503: return {wait.count() > 0 ? Errc::throttled : Errc::origin_failed, detail, wait};
    case 408:
    case 504: return {Errc::origin_timeout, detail, wait};
    default: return {Errc::origin_failed, detail, wait};
  }
}

Result<Fetched> interpret(ClientResponse response, WallClock::time_point now) {
  Validators validators = validators_of(response);
  const auto age = max_age(response);
  switch (response.status) {
    case 200: break;
    case 304: return Fetched{nullptr, std::move(validators), age};
    case 204:
    case 404:
    case 410: return fail(Errc::no_photo, "the origin answered " + std::to_string(response.status));
    default: return std::unexpected(error_of(response, now));
  }
  if (response.body.empty()) return fail(Errc::no_photo, "the origin sent an empty body");
  return Fetched{share(std::move(response.body)), std::move(validators), age};
}

}  // namespace likeness::origin
