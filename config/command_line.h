#ifndef LIKENESS_CONFIG_COMMAND_LINE_H_
#define LIKENESS_CONFIG_COMMAND_LINE_H_

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/sources.h"

namespace likeness::config {

// likeness serve …: run the proxy.
struct Serve {
  std::string file;  // Empty: none.
  std::vector<Assignment> flags;
};

// likeness check-config FILE: say what is wrong with it.
struct CheckConfig {
  std::string file;
};

// likeness draw-samples DIR: draw sample photos into a folder.
struct DrawSamples {
  std::string folder;
};

// likeness hash-token: print the SHA-256 of the token on standard input, for access.tokens.
struct HashToken {};

// likeness sign PATH …: print the path with a signature.
struct Sign {
  std::string path;
  std::string key;      // "ID:HEX", file:PATH or env:NAME.
  std::string expires;  // "30d"; empty: never.
};

// likeness import PATH …: read contacts and photos into an embedded contact store.
struct Import {
  std::string path;
  std::string store;    // The store's folder.
  std::string mailbox;  // Whose contacts they are.
};

// likeness export …: write a mailbox's contacts as vCards to standard output.
struct Export {
  std::string store;
  std::string mailbox;
};

// Write a text and exit: help, version, the sample file, or what is wrong with the command line.
struct Print {
  std::string text;   // Ends with a newline.
  int exit_code = 0;  // Other than 0: the text belongs on standard error.
};

using Command =
    std::variant<Serve, CheckConfig, DrawSamples, HashToken, Sign, Import, Export, Print>;

inline constexpr int kUsageError = 2;

// Reads the arguments. Values of settings are not looked at: load() does that.
[[nodiscard]] Command parse_command_line(int argc, const char* const* argv);

// "0.1.0"
[[nodiscard]] std::string_view version();

}  // namespace likeness::config

#endif  // LIKENESS_CONFIG_COMMAND_LINE_H_
