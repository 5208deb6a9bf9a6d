#ifndef LIKENESS_CONFIG_SOURCES_H_
#define LIKENESS_CONFIG_SOURCES_H_

#include <string>
#include <utility>
#include <vector>

#include "config/base/error.h"
#include "config/settings.h"

namespace likeness::config {

// A field set by a flag.
struct Assignment {
  std::string path;  // "http.workers"
  std::string text;  // In the form of flags: see assign_text().
  std::string flag;  // As the user wrote it, for messages: "--workers" or "--set".
};

// Where settings come from, the later ones winning.
struct Sources {
  std::string file{};                                              // Empty: none.
  std::vector<std::pair<std::string, std::string>> environment{};  // Names and values.
  std::vector<Assignment> flags{};                                 // In order; the last one wins.
};

// The process's environment.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> process_environment();

// Merges the sources over the defaults and checks the outcome. The error's detail lists everything
// that is wrong, a line each, and says where: "settings.json: http.workers: expected …".
//
// In the environment an empty value counts as none. Unknown names are refused where they begin with
// LIKENESS_ and the name of a section, but for those that container platforms make up for a service
// of that name (LIKENESS_REDIS_PORT_6379_TCP).
[[nodiscard]] Result<Settings> load(const Sources& sources);

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_SOURCES_H_
