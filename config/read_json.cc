#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "config/fields.h"
#include "config/json.h"

namespace likeness::config {
namespace {

using Json = nlohmann::json;

// Nothing for what no field can hold: fractions, null, objects, mixed lists.
std::optional<Value> to_value(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return json.get<std::string>();
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    return static_cast<std::int64_t>(std::min(number, kMost));
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> texts;
  for (const Json& item : json) {
    if (!item.is_string()) return std::nullopt;
    texts.push_back(item.get<std::string>());
  }
  return texts;
}

// Messages may be logged, so a value that may hold a password is not repeated.
std::string got(const Field& field, const Json& json) {
  if (field.rules.secret || json.is_structured()) return std::string(", got ") + json.type_name();
  return ", got " + json.dump(-1, ' ', true, Json::error_handler_t::replace);
}

void read_section(const Section& section, const Json& json, Settings& settings,
                  std::vector<std::string>& problems) {
  if (!json.is_object()) {
    problems.push_back(std::string(section.name) + ": expected an object");
    return;
  }
  for (const auto& [key, item] : json.items()) {
    const std::string path = std::string(section.name) + "." + key;
    const Field* field = find_field(path);
    if (field == nullptr) {
      problems.push_back(path + ": unknown key");
      continue;
    }
    const std::optional<Value> value = to_value(item);
    if (!value || !assign(*field, *value, settings)) {
      problems.push_back(path + ": expected " + expected(*field) + got(*field, item));
    }
  }
}

const Section* find_section(std::string_view name) {
  for (const Section& section : sections()) {
    if (section.name == name) return &section;
  }
  return nullptr;
}

// The library's message without its own error number: "parse error at line 3, column 5: …", or of a
// number that is too large for any.
std::string explain(const Json::exception& error) {
  const std::string_view what = error.what();
  const auto end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

}  // namespace

std::vector<std::string> read_json(std::string_view text, Settings& settings) {
  Json json;
  try {
    json = Json::parse(text, nullptr, true, true);
  } catch (const Json::exception& error) {
    return {explain(error)};
  }
  if (!json.is_object()) return {"expected an object of sections"};
  std::vector<std::string> problems;
  for (const auto& [name, item] : json.items()) {
    if (name == "$schema") continue;  // Editors find the schema by it.
    if (const Section* section = find_section(name)) {
      read_section(*section, item, settings, problems);
    } else {
      problems.push_back(name + ": unknown key");
    }
  }
  return problems;
}

}  // namespace likeness::config
