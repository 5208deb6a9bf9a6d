#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "config/fields.h"
#include "config/json.h"

namespace likeness::config {
namespace {

// Keeps the order of the table.
using Json = nlohmann::ordered_json;

Json to_json(const Value& value) {
  return std::visit([](const auto& held) { return Json(held); }, value);
}

constexpr std::size_t kColumns = 100;

// Adds `text` as // comment lines of at most 100 columns.
void comment(std::string_view text, std::string_view indent, std::string& out) {
  const std::size_t room = kColumns - indent.size() - 3;
  while (!text.empty()) {
    std::size_t end = text.size();
    if (end > room) {
      end = text.rfind(' ', room);
      if (end == std::string_view::npos) end = text.size();
    }
    out.append(indent).append("// ").append(text.substr(0, end)).append("\n");
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Adds a setting; a list that is too long for one line has one for each entry.
void setting(std::string_view key, const Json& value, std::string_view indent, std::string& out) {
  std::string line = std::string(indent) + '"' + std::string(key) + "\": ";
  const std::string text = value.dump();
  if (!value.is_array() || line.size() + text.size() < kColumns) {
    out += line + text;
    return;
  }
  out += line + '[';
  std::string_view separator = "\n";
  for (const Json& entry : value) {
    out.append(separator).append(indent).append("  ").append(entry.dump());
    separator = ",\n";
  }
  out.append("\n").append(indent).append("]");
}

std::string about(const Field& field) {
  std::string text(field.about);
  if (std::string values = range(field); !values.empty()) {
    values.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(values.front())));
    text += " " + values + ".";
  }
  if (field.rules.reloads) text += " SIGHUP reloads it.";
  return text;
}

Json describe_type(const Field& field) {
  const Value value = read(field, Settings{});
  if (std::holds_alternative<bool>(value)) return {{"type", "boolean"}};
  if (std::holds_alternative<std::vector<std::string>>(value)) {
    return {{"type", "array"}, {"items", {{"type", "string"}}}};
  }
  Json number = {{"type", "integer"}, {"minimum", field.rules.min}, {"maximum", field.rules.max}};
  if (std::holds_alternative<std::int64_t>(value)) return number;
  if (!field.rules.choices.empty()) return {{"enum", field.rules.choices}};
  if (units(field).empty()) return {{"type", "string"}};
  std::string names;
  for (const Unit& unit : units(field)) names.append(names.empty() ? "" : "|").append(unit.name);
  const Json text = {{"type", "string"}, {"pattern", "^[0-9]+(" + names + ")?$"}};
  return {{"anyOf", Json::array({text, number})}};
}

Json describe(const Field& field) {
  Json schema = describe_type(field);
  schema["description"] = about(field);
  schema["default"] = to_json(read(field, Settings{}));
  return schema;
}

}  // namespace

std::string write_sample() {
  const Settings defaults;
  std::string out = "{\n";
  comment("Every setting of likeness with its default. Delete what you do not change.", "  ", out);
  comment(
      "Each can also be set in the environment, which wins over this file "
      "(LIKENESS_HTTP_IDLE_TIMEOUT=10s, lists separated by commas), and by a flag, which wins over "
      "both (--set http.idle_timeout=10s).",
      "  ", out);
  comment(
      "A size is a text with a unit (B, kB, KiB, MB, MiB, GB, GiB) or a number of bytes. A "
      "duration "
      "is a text with a unit (ms, s, m, h, d) or a number of the unit in which its range begins.",
      "  ", out);
  out += "  \"$schema\": \"./likeness.schema.json\"";
  for (const Section& section : sections()) {
    out += ",\n\n";
    comment(section.about, "  ", out);
    out.append("  \"").append(section.name).append("\": {");
    std::string_view separator = "\n";
    for (const Field& field : fields()) {
      if (field.section() != section.name) continue;
      out += separator;
      comment(about(field), "    ", out);
      setting(field.key(), to_json(read(field, defaults)), "    ", out);
      separator = ",\n";
    }
    out += "\n  }";
  }
  return out + "\n}\n";
}

std::string write_schema() {
  Json properties = {{"$schema", {{"type", "string"}}}};
  for (const Section& section : sections()) {
    Json keys = Json::object();
    for (const Field& field : fields()) {
      if (field.section() == section.name) keys[std::string(field.key())] = describe(field);
    }
    properties[std::string(section.name)] = {{"type", "object"},
                                             {"description", section.about},
                                             {"properties", keys},
                                             {"additionalProperties", false}};
  }
  const Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
                       {"title", "Settings of likeness"},
                       {"type", "object"},
                       {"properties", properties},
                       {"additionalProperties", false}};
  return schema.dump(2) + "\n";
}

}  // namespace likeness::config
