#include <algorithm>
#include <array>
#include <chrono>
#include <optional>

#include "config/base/time.h"
#include "proxy/http/message.h"

namespace likeness::http {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> kLongDays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char* put_digits(char* at, unsigned value, int digits) {
  for (int i = digits - 1; i >= 0; --i, value /= 10) at[i] = static_cast<char>('0' + value % 10);
  return at + digits;
}

char* put_text(char* at, std::string_view text) { return at + text.copy(at, text.size()); }

// Takes a date apart from left to right. Once something is not as it should be, everything fails.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : rest_(text) {}

  bool literal(std::string_view text) {
    ok_ = ok_ && rest_.starts_with(text);
    if (ok_) rest_.remove_prefix(text.size());
    return ok_;
  }

  // Exactly so many digits.
  unsigned number(std::size_t digits) {
    unsigned value = 0;
    ok_ = ok_ && rest_.size() >= digits;
    for (std::size_t i = 0; ok_ && i < digits; ++i) {
      ok_ = rest_[i] >= '0' && rest_[i] <= '9';
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    if (ok_) rest_.remove_prefix(digits);
    return value;
  }

  // The day of asctime(): two digits, or a blank and one.
  unsigned padded_day() { return literal_if(" ") ? number(1) : number(2); }

  // One of the names; the index of it.
  template <std::size_t count>
  unsigned one_of(const std::array<std::string_view, count>& names) {
    for (unsigned i = 0; ok_ && i < count; ++i) {
      if (literal_if(names[i])) return i;
    }
    ok_ = false;
    return 0;
  }

  bool literal_if(std::string_view text) {
    if (!ok_ || !rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }

  [[nodiscard]] bool finished() const { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

struct Moment {
  unsigned year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

void scan_time(Scanner& scan, Moment& to) {
  to.hour = scan.number(2);
  scan.literal(":");
  to.minute = scan.number(2);
  scan.literal(":");
  to.second = scan.number(2);
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<Moment> scan_fixdate(std::string_view text) {
  Scanner scan(text);
  Moment m;
  scan.one_of(kDays);
  scan.literal(", ");
  m.day = scan.number(2);
  scan.literal(" ");
  m.month = scan.one_of(kMonths) + 1;
  scan.literal(" ");
  m.year = scan.number(4);
  scan.literal(" ");
  scan_time(scan, m);
  scan.literal(" GMT");
  return scan.finished() ? std::optional(m) : std::nullopt;
}

// "Sunday, 06-Nov-94 08:49:37 GMT". Two digits of a year mean 1970 to 2069, as in POSIX.
std::optional<Moment> scan_rfc850(std::string_view text) {
  Scanner scan(text);
  Moment m;
  scan.one_of(kLongDays);
  scan.literal(", ");
  m.day = scan.number(2);
  scan.literal("-");
  m.month = scan.one_of(kMonths) + 1;
  scan.literal("-");
  m.year = scan.number(2);
  m.year += m.year < 70 ? 2000 : 1900;
  scan.literal(" ");
  scan_time(scan, m);
  scan.literal(" GMT");
  return scan.finished() ? std::optional(m) : std::nullopt;
}

// "Sun Nov  6 08:49:37 1994"
std::optional<Moment> scan_asctime(std::string_view text) {
  Scanner scan(text);
  Moment m;
  scan.one_of(kDays);
  scan.literal(" ");
  m.month = scan.one_of(kMonths) + 1;
  scan.literal(" ");
  m.day = scan.padded_day();
  scan.literal(" ");
  scan_time(scan, m);
  scan.literal(" ");
  m.year = scan.number(4);
  return scan.finished() ? std::optional(m) : std::nullopt;
}

}  // namespace

void write_date(std::int64_t unix_seconds, char* into) {
  const sys_seconds time{std::chrono::seconds(unix_seconds)};
  const sys_days day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  char* at = put_text(into, kDays[std::chrono::weekday(day).c_encoding()]);
  at = put_text(at, ", ");
  at = put_digits(at, static_cast<unsigned>(date.day()), 2);
  at = put_text(at, " ");
  at = put_text(at, kMonths[static_cast<unsigned>(date.month()) - 1]);
  at = put_text(at, " ");
  at = put_digits(at, static_cast<unsigned>(static_cast<int>(date.year())), 4);
  at = put_text(at, " ");
  at = put_digits(at, static_cast<unsigned>(clock.hours().count()), 2);
  at = put_text(at, ":");
  at = put_digits(at, static_cast<unsigned>(clock.minutes().count()), 2);
  at = put_text(at, ":");
  at = put_digits(at, static_cast<unsigned>(clock.seconds().count()), 2);
  put_text(at, " GMT");
}

std::string date(std::int64_t unix_seconds) {
  std::string text(kDateLength, ' ');
  write_date(unix_seconds, text.data());
  return text;
}

std::int64_t parse_date(std::string_view text) {
  auto m = scan_fixdate(text);
  if (!m) m = scan_rfc850(text);
  if (!m) m = scan_asctime(text);
  if (!m) return -1;
  const std::chrono::year_month_day day{std::chrono::year(static_cast<int>(m->year)),
                                        std::chrono::month(m->month), std::chrono::day(m->day)};
  // 60 is a leap second.
  if (!day.ok() || m->hour > 23 || m->minute > 59 || m->second > 60) return -1;
  const sys_seconds time = sys_days(day) + std::chrono::hours(m->hour) +
                           std::chrono::minutes(m->minute) + std::chrono::seconds(m->second);
  // In 2262.
  constexpr auto kLast = std::chrono::floor<std::chrono::seconds>(WallClock::time_point::max());
  const auto seconds = std::min(time, kLast).time_since_epoch().count();
  return seconds < 0 ? -1 : seconds;
}

}  // namespace likeness::http
