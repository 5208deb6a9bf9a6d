#ifndef LIKENESS_CONFIG_JSON_H_
#define LIKENESS_CONFIG_JSON_H_

#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"

namespace likeness::config {

// Settings as JSON: one object per section, one key per field, // and /* */ comments allowed.

// Sets what the text names and leaves the rest as it is. Returns what is wrong with it, one
// sentence each, with the full path of the key: syntax, unknown keys, wrong types, values out of
// range.
[[nodiscard]] std::vector<std::string> read_json(std::string_view text, Settings& settings);

// The sample file, config/likeness.json: every setting with its default and a comment.
[[nodiscard]] std::string write_sample();

// The JSON Schema of the file, config/likeness.schema.json, for editors.
[[nodiscard]] std::string write_schema();

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_JSON_H_
