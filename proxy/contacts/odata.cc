#include "proxy/contacts/odata.h"

#include <algorithm>
#include <charconv>

#include "proxy/contacts/contact.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts::odata {
namespace {

constexpr std::size_t kMaxOrders = 8;
constexpr std::size_t kMaxSearchTerms = 32;

std::unexpected<Error> bad(std::string_view option, std::string_view what) {
  return fail(Errc::bad_request, std::string(option) + ": " + std::string(what));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t end = text.find(separator);
    parts.push_back(trimmed(text.substr(0, end)));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t low, std::int64_t high) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (value < low || value > high) return std::nullopt;
  return value;
}

// Our spelling of a property that can be selected; empty if there is none.
std::string_view selectable(Entity entity, std::string_view name) {
  if (entity == Entity::contact) {
    const PropertyInfo* property = find_property(name);
    return property == nullptr ? std::string_view() : property->name;
  }
  for (const Field& field : fields(entity)) {
    if (equal_ignoring_case(field.name, name)) return field.name;
  }
  return {};
}

Result<std::vector<std::string_view>> parse_select(Entity entity, std::string_view text) {
  std::vector<std::string_view> select;
  if (trimmed(text) == "*") return select;
  for (const std::string_view part : split(text, ',')) {
    const std::string_view name = selectable(entity, part);
    if (name.empty()) return bad("$select", "no such property: " + std::string(part));
    if (std::ranges::find(select, name) == select.end()) select.push_back(name);
  }
  return select;
}

bool has_letter_or_digit(std::string_view term) {
  return std::ranges::any_of(term, [](unsigned char c) {
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

Result<std::vector<std::string>> parse_search(std::string_view text) {
  std::vector<std::string> terms;
  std::string_view rest = trimmed(text);
  while (!rest.empty()) {
    const bool quoted = rest.front() == '"';
    if (quoted) rest.remove_prefix(1);
    const std::size_t end =
        quoted ? rest.find('"') : std::min(rest.find_first_of(" \t\""), rest.size());
    if (end == std::string_view::npos) return bad("$search", "a quotation mark is missing");
    const std::string_view term = rest.substr(0, end);
    rest = trimmed(rest.substr(quoted ? end + 1 : end));
    if (!quoted && term == "AND") continue;
    if (!quoted && (term == "OR" || term == "NOT")) {
      return bad("$search", "only AND is supported between terms");
    }
    if (!has_letter_or_digit(term)) return bad("$search", "a term has nothing to search for");
    terms.emplace_back(term);
    if (terms.size() > kMaxSearchTerms) return bad("$search", "has too many terms");
  }
  if (terms.empty()) return bad("$search", "is empty");
  return terms;
}

template <class T>
Result<void> put(T& into, Result<T> parsed) {
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  into = std::move(*parsed);
  return {};
}

Result<void> read_paging(Query& query, std::string_view name, std::string_view value) {
  if (name == "$count") {
    if (value != "true" && value != "false") return bad(name, "must be true or false");
    query.count = value == "true";
    return {};
  }
  const bool is_top = name == "$top";
  const auto read = number(value, is_top ? 1 : 0, is_top ? kMaxTop : kMaxSkip);
  if (!read) {
    return bad(name, is_top ? "must be a number from 1 to 1000" : "must be a number from 0");
  }
  if (is_top) {
    query.top = static_cast<int>(*read);
  } else {
    query.skip = *read;
  }
  return {};
}

Result<void> read_option(Entity entity, Query& query, std::string_view name,
                         std::string_view value) {
  if (name == "$select") return put(query.select, parse_select(entity, value));
  if (name == "$orderby") return put(query.order, parse_order(entity, value));
  if (name == "$search") return put(query.search, parse_search(value));
  if (name == "$filter") {
    auto filter = parse_filter(entity, value);
    if (!filter) return std::unexpected(std::move(filter.error()));
    query.filter = std::move(*filter);
    return {};
  }
  if (name == "$top" || name == "$skip" || name == "$count") {
    return read_paging(query, name, value);
  }
  if (name == "$skiptoken" || name == "$deltatoken") {
    if (value.empty()) return bad(name, "is empty");
    (name == "$skiptoken" ? query.skip_token : query.delta_token) = value;
    return {};
  }
  return bad(name, "is not supported");
}

}  // namespace

Result<std::vector<Order>> parse_order(Entity entity, std::string_view text) {
  std::vector<Order> order;
  for (const std::string_view part : split(text, ',')) {
    const std::size_t space = std::min(part.find(' '), part.size());
    const std::string_view name = part.substr(0, space);
    const std::string_view direction = trimmed(part.substr(space));
    const auto table = fields(entity);
    const auto found = std::ranges::find_if(table, [&](const Field& field) {
      return equal_ignoring_case(field.name, name) ||
             (field.name == "MobilePhone1" && equal_ignoring_case(name, "mobilePhone"));
    });
    if (found == table.end() || !found->sortable) {
      return bad("$orderby", "no such property: " + std::string(name));
    }
    if (!direction.empty() && direction != "asc" && direction != "desc") {
      return bad("$orderby", "the direction must be asc or desc");
    }
    order.push_back({&*found, direction == "desc"});
    if (order.size() > kMaxOrders) return bad("$orderby", "has too many properties");
  }
  return order;
}

Result<Query> parse(Entity entity, std::span<const Option> options) {
  Query query;
  std::vector<std::string> seen;
  for (const Option& option : options) {
    std::string name = ascii_lower(option.name);
    if (name == "deltatoken" || name == "skiptoken") name.insert(0, "$");
    if (!name.starts_with('$')) continue;
    if (option.value.size() > kMaxOptionBytes) return bad(name, "is too long");
    if (!valid_utf8(option.value)) return bad(name, "is not UTF-8");
    if (std::ranges::find(seen, name) != seen.end()) return bad(name, "is given twice");
    seen.push_back(name);
    if (auto read = read_option(entity, query, name, option.value); !read) {
      return std::unexpected(std::move(read.error()));
    }
  }
  return query;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
                       (byte >= 'A' && byte <= 'Z') ||
                       std::string_view("-._~$").find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kHex[byte >> 4];
      encoded += kHex[byte & 15];
    }
  }
  return encoded;
}

std::string with_skip(std::span<const Option> options, std::int64_t skip) {
  std::string query;
  for (const Option& option : options) {
    if (equal_ignoring_case(option.name, "$skip")) continue;
    query += percent_encode(option.name) + '=' + percent_encode(option.value) + '&';
  }
  return query + "$skip=" + std::to_string(skip);
}

}  // namespace likeness::contacts::odata
