#include "config/secret.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace likeness::config {
namespace {

constexpr std::string_view kFile = "file:";
constexpr std::string_view kEnvironment = "env:";

std::string trimmed(const std::string& text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

Result<std::string> read_secret(std::string_view setting) {
  std::string secret(setting);
  if (setting.starts_with(kFile)) {
    const std::string path = secret.substr(kFile.size());
    std::ifstream file(path);
    std::stringstream content;
    if (!file || !(content << file.rdbuf())) return fail(Errc::bad_request, "cannot read " + path);
    secret = trimmed(content.str());
  } else if (setting.starts_with(kEnvironment)) {
    const std::string name = secret.substr(kEnvironment.size());
    const char* value = std::getenv(name.c_str());
    if (value == nullptr) return fail(Errc::bad_request, name + " is not in the environment");
    secret = trimmed(value);
  }
  if (secret.empty()) return fail(Errc::bad_request, "the secret is empty");
  return secret;
}

}  // namespace likeness::config
