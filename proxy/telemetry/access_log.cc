#include "proxy/telemetry/access_log.h"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/core.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

namespace likeness::telemetry {
namespace {

// Some ten megabytes at most; a third of a second of the busiest loop.
constexpr std::size_t kQueued = 32'768;

// What our URLs' parameters are called; OData's begin with "$". A signature is none of them.
constexpr std::array<std::string_view, 13> kShown = {"size", "fit",     "gravity",  "format", "q",
                                                     "dpr",  "enlarge", "fallback", "name",   "v",
                                                     "exp",  "kid",     "email"};

bool is_shown(std::string_view name) {
  return std::ranges::find(kShown, name) != kShown.end() || name.starts_with('$');
}

// Without what may be a proof of access: whatever stands behind the path.
std::string_view path_of(std::string_view url) { return url.substr(0, url.find_first_of("?#")); }

// A header's value within quotes: one line, and nothing that ends the quotes.
std::string quoted(std::string_view text) {
  if (text.empty()) return "-";
  std::string safe;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < ' ' || byte >= 0x7f)
      fmt::format_to(std::back_inserter(safe), "\\x{:02x}", byte);
    else
      safe += c;
  }
  return safe;
}

// The file or standard output, opened anew when asked. What cannot be written is lost.
class Sink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit Sink(std::string path) : path_(std::move(path)), fd_(open()) {
    if (fd_ < 0)
      throw std::runtime_error("log.access_file: " +
                               std::error_code(errno, std::generic_category()).message());
  }
  ~Sink() override { close(fd_); }
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;

  void reopen() {
    const std::lock_guard lock(mutex_);
    const int fresh = open();
    if (fresh < 0) return;
    close(fd_);
    fd_ = fresh;
  }

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.assign(message.payload.data(), message.payload.size());
    line_ += '\n';
    std::string_view left = line_;
    while (!left.empty()) {
      const auto written = ::write(fd_, left.data(), left.size());
      if (written < 0 && errno != EINTR) return;
      left.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(written, 0)));
    }
  }
  void flush_() override {}

 private:
  [[nodiscard]] int open() const {
    if (path_.empty()) return STDOUT_FILENO;
    constexpr mode_t kOwnersAlone = 0640;
    return ::open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kOwnersAlone);
  }
  static void close(int fd) {
    if (fd > STDERR_FILENO) ::close(fd);
  }

  const std::string path_;
  int fd_;
  std::string line_;  // Kept for its capacity.
};

}  // namespace

// A queue and its thread, apart from those of the other log: requests cannot drive its words out.
class AccessLog::Writer {
 public:
  explicit Writer(const std::string& path)
      : sink_(std::make_shared<Sink>(path)),
        pool_(std::make_shared<spdlog::details::thread_pool>(kQueued, 1)),
        logger_(std::make_shared<spdlog::async_logger>(
            "access", sink_, pool_, spdlog::async_overflow_policy::overrun_oldest)) {
    logger_->set_level(spdlog::level::info);
  }

  void write(std::string_view line) {
    logger_->info(spdlog::string_view_t(line.data(), line.size()));
  }
  void reopen() { sink_->reopen(); }
  [[nodiscard]] std::uint64_t dropped() const { return pool_->overrun_counter(); }

 private:
  std::shared_ptr<Sink> sink_;
  std::shared_ptr<spdlog::details::thread_pool> pool_;
  std::shared_ptr<spdlog::async_logger> logger_;
};

std::string redacted(std::string_view target) {
  const auto path = path_of(target);
  std::string shown(path);
  auto query = target.substr(path.size());
  char separator = '?';
  if (!query.empty()) query.remove_prefix(1);
  while (!query.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto name = pair.substr(0, pair.find('='));
    shown.append(1, separator);
    separator = '&';
    shown.append(is_shown(name) ? pair : name);
    if (!is_shown(name) && name.size() < pair.size()) shown += "=-";
  }
  return shown;
}

std::string combined_line(const AccessEntry& entry) {
  const auto stamp = fmt::gmtime(WallClock::to_time_t(entry.time));
  return fmt::format(R"({} - - [{:%d/%b/%Y:%H:%M:%S} +0000] "{} {} HTTP/1.{}" {} {} "{}" "{}")",
                     entry.client, stamp, quoted(entry.method), quoted(entry.target),
                     entry.http10 ? 0 : 1, entry.status, entry.bytes,
                     quoted(path_of(entry.referer)), quoted(entry.agent));
}

std::string json_line(const AccessEntry& entry) {
  const auto milliseconds_since =
      std::chrono::floor<milliseconds>(entry.time.time_since_epoch()).count();
  const nlohmann::ordered_json line{
      {"time",
       fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(WallClock::to_time_t(entry.time)),
                   milliseconds_since % 1'000)},
      {"client", entry.client},
      {"method", entry.method},
      {"target", entry.target},
      {"status", entry.status},
      {"bytes", entry.bytes},
      {"microseconds", std::chrono::floor<std::chrono::microseconds>(entry.took).count()},
      {"route", kRouteNames[static_cast<std::size_t>(entry.route)]},
      {"cache", kCacheOutcomeNames[static_cast<std::size_t>(entry.outcome)]},
      {"request_id", entry.request_id},
      {"referer", path_of(entry.referer)},
      {"agent", entry.agent}};
  return line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

AccessLog::AccessLog(const LogSettings& settings)
    : json_(settings.access == "json"),
      writer_(settings.access == "none" ? nullptr
                                        : std::make_unique<Writer>(settings.access_file)) {}

AccessLog::~AccessLog() = default;

void AccessLog::write(const AccessEntry& entry) {
  writer_->write(json_ ? json_line(entry) : combined_line(entry));
}

void AccessLog::reopen() {
  if (writer_) writer_->reopen();
}

std::uint64_t AccessLog::dropped() const { return writer_ ? writer_->dropped() : 0; }

}  // namespace likeness::telemetry
