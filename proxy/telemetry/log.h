#ifndef LIKENESS_PROXY_TELEMETRY_LOG_H_
#define LIKENESS_PROXY_TELEMETRY_LOG_H_

#include <fmt/core.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "config/settings.h"

// The log, on standard error. A message goes into a bounded queue that one thread of its own writes
// out; where the disk or the terminal is slower than the messages come, the oldest are dropped, so
// that no loop ever waits. Control characters are shown as "?": a message is one line.
//
// Nothing is logged before a Running exists and after it is gone. Thread-safe. Never log headers of
// requests, and of URLs only the path: both carry proofs of access.
namespace likeness::log {

enum class Level : std::uint8_t { trace, debug, info, warn, error };

// The log runs while this lives; destroying it writes out what is queued. At most one at a time,
// owned by main().
class Running {
 public:
  // REQUIRES: settings.level is one of the names in LogSettings.
  explicit Running(const LogSettings& settings);
  ~Running();
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  // How many messages were dropped because the queue was full.
  [[nodiscard]] std::uint64_t dropped() const;
};

// REQUIRES: a Running exists; settings.level is one of the names in LogSettings.
void change_level(const LogSettings& settings);

[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view message);

// Formats only what will be logged: log::info("origin {} answered {}", host, status).
template <class... Args>
void print(Level level, fmt::format_string<Args...> format, Args&&... args) {
  if (enabled(level)) write(level, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  print(Level::debug, format, std::forward<Args>(args)...);
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  print(Level::info, format, std::forward<Args>(args)...);
}
template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  print(Level::warn, format, std::forward<Args>(args)...);
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  print(Level::error, format, std::forward<Args>(args)...);
}

}  // namespace likeness::log

#endif  // LIKENESS_PROXY_TELEMETRY_LOG_H_
