#include "proxy/telemetry/log.h"

#include <spdlog/async.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>

namespace likeness::log {
namespace {

// Our logger while the log runs; spdlog's own registry keeps it, and a logger of another name means
// that it does not run.
constexpr const char* kName = "likeness";
// Some megabytes at most, and some seconds of a busy log.
constexpr std::size_t kQueued = 8'192;

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::trace: return spdlog::level::trace;
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
  }
  return spdlog::level::err;
}

}  // namespace

Running::Running(const LogSettings& settings) {
  spdlog::init_thread_pool(kQueued, 1);
  auto logger = spdlog::create_async_nb<spdlog::sinks::stderr_sink_mt>(kName);
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  logger->set_level(spdlog::level::from_str(settings.level));
  logger->flush_on(spdlog::level::warn);
  spdlog::set_default_logger(std::move(logger));
}

Running::~Running() { spdlog::shutdown(); }

std::uint64_t Running::dropped() const { return spdlog::thread_pool()->overrun_counter(); }

void change_level(const LogSettings& settings) {
  spdlog::default_logger_raw()->set_level(spdlog::level::from_str(settings.level));
}

bool enabled(Level level) {
  const spdlog::logger* const logger = spdlog::default_logger_raw();
  return logger != nullptr && logger->name() == kName && logger->should_log(to_spdlog(level));
}

void write(Level level, std::string_view message) {
  if (!enabled(level)) return;
  std::string line(message);
  std::ranges::replace_if(line, [](unsigned char c) { return c < ' ' || c == 0x7f; }, '?');
  spdlog::default_logger_raw()->log(to_spdlog(level), line);
}

}  // namespace likeness::log
