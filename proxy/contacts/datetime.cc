#include "proxy/contacts/datetime.h"

#include <unicode/ucal.h>

#include <array>
#include <cstdio>

#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;

// Reads an ISO date and time from the left, one part after the other.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  bool number(std::size_t digits, int& into) {
    if (rest_.size() < digits) return false;
    into = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      into = into * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return true;
  }
  bool skip(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void skip_digits() {
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') rest_.remove_prefix(1);
  }
  [[nodiscard]] bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

struct Reading {
  Instant time;
  bool has_offset = false;
};

bool read_clock(Reader& reader, seconds& into) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!reader.number(2, hour) || !reader.skip(':') || !reader.number(2, minute)) return false;
  if (reader.skip(':')) {
    if (!reader.number(2, second)) return false;
    if (reader.skip('.')) reader.skip_digits();
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  into = hours(hour) + minutes(minute) + seconds(second);
  return true;
}

// True if what is left is no offset, or a sound one.
bool read_offset(Reader& reader, Reading& reading) {
  if (reader.skip('Z') || reader.skip('z')) {
    reading.has_offset = true;
    return true;
  }
  const bool east = reader.skip('+');
  if (!east && !reader.skip('-')) return true;
  int hour = 0;
  int minute = 0;
  if (!reader.number(2, hour)) return false;
  reader.skip(':');
  if (!reader.number(2, minute) || hour > 14 || minute > 59) return false;
  const seconds offset = hours(hour) + minutes(minute);
  reading.time += east ? -offset : offset;
  reading.has_offset = true;
  return true;
}

std::optional<Reading> read(std::string_view text) {
  Reader reader(trimmed(text));
  int year = 0;
  int month = 0;
  int day = 0;
  if (!reader.number(4, year) || !reader.skip('-') || !reader.number(2, month) ||
      !reader.skip('-') || !reader.number(2, day)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || year < 1) return std::nullopt;
  Reading reading{sys_days(date)};
  if (reader.done()) return reading;
  if (!reader.skip('T') && !reader.skip('t') && !reader.skip(' ')) return std::nullopt;
  seconds clock{};
  if (!read_clock(reader, clock)) return std::nullopt;
  reading.time += clock;
  if (!read_offset(reader, reading) || !reader.done()) return std::nullopt;
  return reading;
}

std::u16string widened(std::string_view ascii) { return {ascii.begin(), ascii.end()}; }

// ICU's own name of the zone; empty if it knows none.
std::u16string zone_id(std::string_view name) {
  std::array<UChar, 128> id{};
  UErrorCode status = U_ZERO_ERROR;
  const std::u16string wide = widened(name);
  const auto length = static_cast<std::int32_t>(wide.size());
  const auto capacity = static_cast<std::int32_t>(id.size());
  std::int32_t found =
      ucal_getTimeZoneIDForWindowsID(wide.data(), length, nullptr, id.data(), capacity, &status);
  if (U_SUCCESS(status) && found > 0) return {id.data(), static_cast<std::size_t>(found)};
  status = U_ZERO_ERROR;
  UBool known = 0;
  found = ucal_getCanonicalTimeZoneID(wide.data(), length, id.data(), capacity, &known, &status);
  if (U_FAILURE(status) || known == 0) return {};
  return {id.data(), static_cast<std::size_t>(found)};
}

struct Parts {
  int year, month, day, hour, minute, second;
};

Parts split(Instant instant) {
  const sys_days day = floor<days>(instant);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(instant - day);
  return {static_cast<int>(date.year()),
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day())),
          static_cast<int>(clock.hours().count()),
          static_cast<int>(clock.minutes().count()),
          static_cast<int>(clock.seconds().count())};
}

std::string format(Instant instant, const char* tail) {
  const Parts p = split(instant);
  std::array<char, 96> text{};
  const int length = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d%s",
                                   p.year, p.month, p.day, p.hour, p.minute, p.second, tail);
  return {text.data(), static_cast<std::size_t>(length)};
}

}  // namespace

std::optional<Instant> parse_instant(std::string_view text) {
  const auto reading = read(text);
  if (!reading) return std::nullopt;
  return reading->time;
}

std::string format_instant(Instant instant) { return format(instant, "Z"); }

std::string format_utc_time(Instant instant) { return format(instant, ".0000000"); }

Instant start_of_day(Instant instant) { return floor<days>(instant); }

std::optional<Instant> from_local(std::string_view local, std::string_view zone) {
  const auto reading = read(local);
  if (!reading) return std::nullopt;
  if (reading->has_offset || equal_ignoring_case(zone, "UTC")) return reading->time;
  const std::u16string id = zone_id(zone);
  if (id.empty()) return std::nullopt;
  UErrorCode status = U_ZERO_ERROR;
  UCalendar* calendar =
      ucal_open(id.data(), static_cast<std::int32_t>(id.size()), "en_US", UCAL_GREGORIAN, &status);
  if (U_FAILURE(status)) return std::nullopt;
  const Parts p = split(reading->time);
  ucal_setDateTime(calendar, p.year, p.month - 1, p.day, p.hour, p.minute, p.second, &status);
  ucal_set(calendar, UCAL_MILLISECOND, 0);
  const double millis = ucal_getMillis(calendar, &status);
  ucal_close(calendar);
  if (U_FAILURE(status)) return std::nullopt;
  return Instant(seconds(static_cast<std::int64_t>(millis / 1000)));
}

}  // namespace likeness::contacts
