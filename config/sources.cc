#include "config/sources.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>

#include "config/check.h"
#include "config/fields.h"
#include "config/json.h"

namespace likeness::config {
namespace {

using Problems = std::vector<std::string>;

void read_file(const std::string& path, Settings& settings, Problems& problems) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (file) text << file.rdbuf();
  if (!file || !text) {
    problems.push_back(path + ": cannot read this file: " + std::strerror(errno));
    return;
  }
  for (const std::string& problem : read_json(text.view(), settings)) {
    problems.push_back(path + ": " + problem);
  }
}

// What Kubernetes and Docker put into the environment for a service called "likeness-redis".
bool is_made_up_by_platform(std::string_view rest) {
  return rest == "PORT" || rest.starts_with("PORT_") || rest == "NAME" ||
         rest.starts_with("SERVICE_HOST") || rest.starts_with("SERVICE_PORT");
}

bool is_misspelt(std::string_view name) {
  return std::ranges::any_of(sections(), [&](const Section& section) {
    std::string prefix = "LIKENESS_" + std::string(section.name) + "_";
    std::ranges::transform(prefix, prefix.begin(), [](unsigned char c) { return std::toupper(c); });
    return name.starts_with(prefix) && !is_made_up_by_platform(name.substr(prefix.size()));
  });
}

void set(const Field& field, const std::string& text, const std::string& source, Settings& settings,
         Problems& problems) {
  const Result<void> done = assign_text(field, text, settings);
  if (done) return;
  const std::string got = field.rules.secret ? "" : ", got \"" + text + "\"";
  problems.push_back(source + ": " + done.error().detail + got);
}

void read_environment(const std::vector<std::pair<std::string, std::string>>& environment,
                      Settings& settings, Problems& problems) {
  for (const auto& [name, text] : environment) {
    if (text.empty()) continue;
    const auto field = std::ranges::find(fields(), name, environment_name);
    if (field != fields().end()) {
      set(*field, text, name, settings, problems);
    } else if (is_misspelt(name)) {
      problems.push_back(name + ": no such setting");
    }
  }
}

void read_flags(const std::vector<Assignment>& flags, Settings& settings, Problems& problems) {
  for (const Assignment& flag : flags) {
    if (const Field* field = find_field(flag.path)) {
      const bool is_own = flag.flag == "--" + std::string(field->flag.name);
      const std::string source = is_own ? flag.flag : flag.flag + " " + flag.path;
      set(*field, flag.text, source, settings, problems);
    } else {
      problems.push_back(flag.flag + " " + flag.path + ": no such setting");
    }
  }
}

}  // namespace

std::vector<std::pair<std::string, std::string>> process_environment() {
  std::vector<std::pair<std::string, std::string>> environment;
  for (char** entry = ::environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    environment.emplace_back(text.substr(0, equals), text.substr(equals + 1));
  }
  return environment;
}

Result<Settings> load(const Sources& sources) {
  Settings settings;
  Problems problems;
  if (!sources.file.empty()) read_file(sources.file, settings, problems);
  read_environment(sources.environment, settings, problems);
  read_flags(sources.flags, settings, problems);
  // What could not be read is at its default here, so that little is found wrong a second time.
  std::ranges::move(check(settings), std::back_inserter(problems));
  if (problems.empty()) return settings;
  std::string detail;
  for (const std::string& problem : problems) {
    detail.append(detail.empty() ? "" : "\n").append(problem);
  }
  return fail(Errc::bad_request, detail);
}

}  // namespace likeness::config
