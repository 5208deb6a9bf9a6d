#ifndef LIKENESS_CONFIG_FIELDS_H_
#define LIKENESS_CONFIG_FIELDS_H_

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/base/error.h"
#include "config/quantity.h"
#include "config/settings.h"

namespace likeness::config {

// The one table of settings. Every field of Settings stands in it once, with its name, its meaning
// and its range; the JSON file, the environment, the flags, the schema and the sample file all
// follow from it. A new field needs a line in settings.h and one in fields.cc; a test counts both.
//
// Immutable.

// Where a field lives.
template <class T>
struct Place {
  T& (*change)(Settings&);
  const T& (*read)(const Settings&);
};

// What a field may hold. A std::size_t is a size in bytes.
using Slot = std::variant<Place<bool>, Place<int>, Place<std::int64_t>, Place<std::size_t>,
                          Place<milliseconds>, Place<seconds>, Place<std::string>,
                          Place<std::vector<std::string>>>;

struct Rules {
  // The range of numbers, in the base unit (bytes, milliseconds, seconds), both ends included.
  std::int64_t min = 0;
  std::int64_t max = std::numeric_limits<std::int32_t>::max();
  std::span<const std::string_view> choices{};  // Of text; empty: any.
  bool secret = false;                          // May hold a password: not shown in messages.
  bool reloads = false;                         // SIGHUP makes a new value count.
};

// A flag of `serve` for one field; most fields have none of their own.
struct Flag {
  std::string_view name{};   // Without dashes.
  std::string_view value{};  // What the help calls its value.
};

struct Field {
  std::string_view path;   // "http.idle_timeout": section and key.
  std::string_view about;  // One sentence.
  Slot slot;
  Rules rules{};
  Flag flag{};

  [[nodiscard]] std::string_view section() const { return path.substr(0, path.find('.')); }
  [[nodiscard]] std::string_view key() const { return path.substr(path.find('.') + 1); }
};

struct Section {
  std::string_view name;
  std::string_view about;
};

// In the order of settings.h; the fields of a section stand together.
[[nodiscard]] std::span<const Section> sections();
[[nodiscard]] std::span<const Field> fields();
// Null if there is no such field.
[[nodiscard]] const Field* find_field(std::string_view path);

// A field's value on its way between Settings and text or JSON. Sizes and durations are numbers of
// the base unit or text with a unit.
using Value = std::variant<bool, std::int64_t, std::string, std::vector<std::string>>;

// Sets a field; bad_request, saying what was expected, if the value has the wrong type or is out of
// range.
[[nodiscard]] Result<void> assign(const Field& field, const Value& value, Settings& settings);
// A field's value: sizes and durations as text with a unit.
[[nodiscard]] Value read(const Field& field, const Settings& settings);

// Copies the fields that reload to `running`; the paths of all others that differ.
[[nodiscard]] std::vector<std::string_view> take_over(const Settings& loaded, Settings& running);

// The form of flags and environment variables: a list is separated by commas, everything else is
// written as in JSON without quotes.
[[nodiscard]] Result<void> assign_text(const Field& field, std::string_view text,
                                       Settings& settings);
[[nodiscard]] std::string read_text(const Field& field, const Settings& settings);

// "a duration such as "10s" (units ms, s, m, h, d) or a number of milliseconds, from 1ms to 1h"
[[nodiscard]] std::string expected(const Field& field);
// "from 1ms to 1h", "one of info warn", or nothing where everything goes.
[[nodiscard]] std::string range(const Field& field);
// "LIKENESS_HTTP_IDLE_TIMEOUT"
[[nodiscard]] std::string environment_name(const Field& field);
// The units of a size or a duration; empty for all other fields.
[[nodiscard]] std::span<const Unit> units(const Field& field);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_FIELDS_H_
