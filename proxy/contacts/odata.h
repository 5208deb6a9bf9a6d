#ifndef LIKENESS_PROXY_CONTACTS_ODATA_H_
#define LIKENESS_PROXY_CONTACTS_ODATA_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/base/error.h"
#include "proxy/contacts/datetime.h"

namespace likeness::contacts::odata {

// The OData query options of the contact dialects: text in, a checked Query out. A tokenizer and a
// recursive descent parser with bounds on length and depth; what it returns names only fields of
// the tables below, so nothing that a client spelled reaches SQL but as a bound value.
//
// Names of properties and options are taken in any case ("emailAddresses" is Graph's spelling).
// Comparisons of text ignore case, as Exchange's do. Pure functions, Immutable tables.

enum class Entity : std::uint8_t { contact, folder };

enum class Type : std::uint8_t { text, instant, boolean };

// A field that can be filtered by: scalar ("GivenName", "Flag/FlagStatus"), or a member of a list
// that a lambda ranges over ("Address" of "EmailAddresses"; "" is the entry itself).
struct Field {
  std::string_view name;
  Type type;
  bool sortable;
};
struct List {
  std::string_view name;
  std::span<const Field> members;
};
[[nodiscard]] std::span<const Field> fields(Entity entity);
[[nodiscard]] std::span<const List> lists(Entity entity);

enum class Operator : std::uint8_t { eq, ne, gt, ge, lt, le, startswith, endswith, contains };

// std::monostate is null. Text is as the client wrote it, with '' undone.
using Literal = std::variant<std::monostate, bool, std::string, Instant>;

// A node of a filter.
struct Filter {
  enum class Kind : std::uint8_t {
    conjunction,  // All of `operands`.
    disjunction,  // Any of `operands`.
    negation,     // Not the one of `operands`.
    comparison,   // `field` `op` `literal`.
    any,          // An entry of `list` for which the one of `operands` holds, if there is one.
    constant,     // `literal` is a bool.
  };
  Kind kind = Kind::constant;
  std::vector<Filter> operands = {};
  const Field* field = nullptr;  // Points into the tables.
  const List* list = nullptr;    // Of `any`, and of comparisons inside it.
  Operator op = Operator::eq;
  Literal literal = {};
};

struct Order {
  const Field* field = nullptr;
  bool descending = false;
};

struct Query {
  std::vector<std::string_view> select =
      {};  // In our spelling and the client's order; none means all.
  std::optional<Filter> filter = {};
  std::vector<Order> order = {};
  std::optional<int> top = {};
  std::int64_t skip = 0;
  bool count = false;
  std::vector<std::string> search = {};  // Words and phrases, all of which must be found.
  std::string skip_token = {};
  std::string delta_token = {};
};

inline constexpr int kDefaultTop = 10;
inline constexpr int kMaxTop = 1'000;
inline constexpr std::int64_t kMaxSkip = 1'000'000'000;
// Bytes of one option, levels of a filter, and its comparisons. Real filters stay far below.
inline constexpr std::size_t kMaxOptionBytes = 8 * 1024;
inline constexpr int kMaxDepth = 32;
inline constexpr int kMaxTerms = 256;

// An option of the query string, percent-decoded.
struct Option {
  std::string name;
  std::string value;
};

// Reads all options. What starts with "$" (or is called deltaToken or skipToken, as some clients
// do) must be known, sound and given once: else Errc::bad_request that names the option. Other
// names are the client's own and ignored.
[[nodiscard]] Result<Query> parse(Entity entity, std::span<const Option> options);

// One option each, for tests and fuzzing.
[[nodiscard]] Result<Filter> parse_filter(Entity entity, std::string_view text);
[[nodiscard]] Result<std::vector<Order>> parse_order(Entity entity, std::string_view text);

// Unreserved characters of RFC 3986 and "$" stay, all else is encoded.
[[nodiscard]] std::string percent_encode(std::string_view text);

// The same options with $skip set: the query of @odata.nextLink, percent-encoded.
[[nodiscard]] std::string with_skip(std::span<const Option> options, std::int64_t skip);

}  // namespace likeness::contacts::odata

#endif  // LIKENESS_PROXY_CONTACTS_ODATA_H_
