#include <algorithm>
#include <cctype>
#include <chrono>
#include <type_traits>

#include "config/fields.h"

namespace likeness::config {
namespace {

using Texts = std::vector<std::string>;

template <class T>
constexpr bool kIsDuration = std::is_same_v<T, milliseconds> || std::is_same_v<T, seconds>;

std::unexpected<Error> unexpected_value(const Field& field) {
  return fail(Errc::bad_request, "expected " + expected(field));
}

Result<std::int64_t> to_number(const Field& field, const Value& value) {
  Result<std::int64_t> number = unexpected_value(field);
  if (const auto* plain = std::get_if<std::int64_t>(&value)) {
    number = *plain;
  } else if (const auto* text = std::get_if<std::string>(&value); text && !units(field).empty()) {
    number = parse_quantity(*text, units(field));
  }
  if (!number || *number < field.rules.min || *number > field.rules.max)
    return unexpected_value(field);
  return number;
}

Result<void> put(const Field& field, const Value& value, bool& into) {
  const auto* flag = std::get_if<bool>(&value);
  if (flag == nullptr) return unexpected_value(field);
  into = *flag;
  return {};
}

Result<void> put(const Field& field, const Value& value, std::string& into) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || text->find('\0') != std::string::npos) return unexpected_value(field);
  const auto& choices = field.rules.choices;
  if (!choices.empty() && std::ranges::find(choices, *text) == choices.end()) {
    return unexpected_value(field);
  }
  into = *text;
  return {};
}

Result<void> put(const Field& field, const Value& value, Texts& into) {
  const auto* texts = std::get_if<Texts>(&value);
  if (texts == nullptr) return unexpected_value(field);
  into = *texts;
  return {};
}

template <class Number>
Result<void> put(const Field& field, const Value& value, Number& into) {
  const Result<std::int64_t> number = to_number(field, value);
  if (!number) return std::unexpected(number.error());
  into = static_cast<Number>(*number);
  return {};
}

Texts split(std::string_view text) {
  Texts parts;
  while (!text.empty()) {
    const auto comma = text.find(',');
    parts.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return parts;
}

Value get(const Field&, bool flag) { return flag; }
Value get(const Field&, const std::string& text) { return text; }
Value get(const Field&, const Texts& texts) { return texts; }
template <class Number>
Value get(const Field& field, const Number& number) {
  std::int64_t count = 0;
  if constexpr (kIsDuration<Number>) {
    count = number.count();
  } else {
    count = static_cast<std::int64_t>(number);
  }
  if (units(field).empty()) return count;
  return format_quantity(count, units(field));
}

std::string unit_names(const Field& field) {
  std::string names;
  for (const Unit& unit : units(field)) {
    names.append(names.empty() ? "" : ", ").append(unit.name);
  }
  return names;
}

template <class T>
bool holds(const Field& field) {
  return std::holds_alternative<Place<T>>(field.slot);
}

}  // namespace

std::span<const Unit> units(const Field& field) {
  if (holds<std::size_t>(field)) return kByteUnits;
  if (holds<milliseconds>(field)) return kMillisecondUnits;
  if (holds<seconds>(field)) return kSecondUnits;
  return {};
}

Result<void> assign(const Field& field, const Value& value, Settings& settings) {
  return std::visit([&](const auto& place) { return put(field, value, place.change(settings)); },
                    field.slot);
}

Value read(const Field& field, const Settings& settings) {
  return std::visit([&](const auto& place) { return get(field, place.read(settings)); },
                    field.slot);
}

Result<void> assign_text(const Field& field, std::string_view text, Settings& settings) {
  if (holds<bool>(field)) {
    if (text != "true" && text != "false") return unexpected_value(field);
    return assign(field, text == "true", settings);
  }
  if (holds<Texts>(field)) return assign(field, split(text), settings);
  if (holds<std::string>(field)) return assign(field, std::string(text), settings);
  const Result<std::int64_t> number = parse_quantity(text, units(field));
  if (!number) return unexpected_value(field);
  return assign(field, *number, settings);
}

std::string read_text(const Field& field, const Settings& settings) {
  const Value value = read(field, settings);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  std::string joined;
  for (const std::string& text : std::get<Texts>(value)) {
    joined.append(joined.empty() ? "" : ",").append(text);
  }
  return joined;
}

std::vector<std::string_view> take_over(const Settings& loaded, Settings& running) {
  std::vector<std::string_view> others;
  for (const Field& field : fields()) {
    std::visit(
        [&](const auto& place) {
          if (place.read(loaded) == place.read(running)) return;
          if (!field.rules.reloads) return others.push_back(field.path);
          place.change(running) = place.read(loaded);
        },
        field.slot);
  }
  return others;
}

std::string range(const Field& field) {
  if (!field.rules.choices.empty()) {
    std::string all = "one of";
    for (const std::string_view choice : field.rules.choices) all.append(" ").append(choice);
    return all;
  }
  if (holds<bool>(field) || holds<std::string>(field) || holds<Texts>(field)) return {};
  return "from " + format_quantity(field.rules.min, units(field)) + " to " +
         format_quantity(field.rules.max, units(field));
}

std::string expected(const Field& field) {
  if (holds<bool>(field)) return "true or false";
  if (holds<Texts>(field)) return "a list of strings";
  if (holds<std::string>(field)) return field.rules.choices.empty() ? "a string" : range(field);
  const std::string with_unit = " (units " + unit_names(field) + ") or a number of ";
  if (holds<std::size_t>(field)) {
    return "a size such as \"64KiB\"" + with_unit + "bytes, " + range(field);
  }
  if (holds<milliseconds>(field)) {
    return "a duration such as \"10s\"" + with_unit + "milliseconds, " + range(field);
  }
  if (holds<seconds>(field)) {
    return "a duration such as \"10m\"" + with_unit + "seconds, " + range(field);
  }
  return "a whole number, " + range(field);
}

std::string environment_name(const Field& field) {
  std::string name = "LIKENESS_";
  for (const char c : field.path) {
    name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

}  // namespace likeness::config
