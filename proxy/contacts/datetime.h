#ifndef LIKENESS_PROXY_CONTACTS_DATETIME_H_
#define LIKENESS_PROXY_CONTACTS_DATETIME_H_

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace likeness::contacts {

// Contacts know time to the second, in UTC: the protocol shows no fractions, and a filter must not
// find what it cannot see.
using Instant = std::chrono::sys_seconds;

// ISO 8601 as clients write it: "2016-07-16T06:43:15Z", with a fraction (dropped), with an offset,
// without one (UTC), or a date alone (its midnight, UTC). Years 1 to 9999.
[[nodiscard]] std::optional<Instant> parse_instant(std::string_view text);

// "2016-07-16T06:43:15Z".
[[nodiscard]] std::string format_instant(Instant instant);

// The dateTimeTimeZone type: a local time and the name of its zone, Windows' ("Pacific Standard
// Time") or IANA's ("Europe/Berlin"); ICU knows both. Nothing if either makes no sense. A time with
// an offset of its own needs no zone. In the hour that a clock skips or repeats, ICU chooses.
[[nodiscard]] std::optional<Instant> from_local(std::string_view local, std::string_view zone);

// "2018-02-06T00:00:00.0000000", the same type's spelling of a UTC time.
[[nodiscard]] std::string format_utc_time(Instant instant);

// The first second of the instant's day, UTC.
[[nodiscard]] Instant start_of_day(Instant instant);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_DATETIME_H_
