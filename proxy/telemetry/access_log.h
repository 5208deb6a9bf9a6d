#ifndef LIKENESS_PROXY_TELEMETRY_ACCESS_LOG_H_
#define LIKENESS_PROXY_TELEMETRY_ACCESS_LOG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/base/time.h"
#include "config/settings.h"
#include "proxy/telemetry/labels.h"

namespace likeness::telemetry {

// A target as it may stand in a log: of a parameter that is none of ours the value is left out, and
// so are signatures, for both may be proofs of access. What is no plain ASCII stays encoded.
[[nodiscard]] std::string redacted(std::string_view target);

// One answered request. Views; they need to live only during the call.
struct AccessEntry {
  WallClock::time_point time;  // Of the answer.
  std::string_view client;
  std::string_view method;
  std::string_view target;  // Redacted.
  bool http10 = false;
  int status = 0;
  std::uint64_t bytes = 0;  // Of the body.
  std::string_view referer;
  std::string_view agent;
  std::string_view request_id;
  std::chrono::nanoseconds took{};
  Route route = Route::other;
  CacheOutcome outcome = CacheOutcome::none;
};

// The line that an entry becomes, without its end: Apache's combined format, or a JSON object.
[[nodiscard]] std::string combined_line(const AccessEntry& entry);
[[nodiscard]] std::string json_line(const AccessEntry& entry);

// The access log: a line for every answered request, if settings.access asks for it. Lines go into
// a bounded queue, which a thread of its own writes out; where that is too slow the oldest are
// dropped and counted, and no loop waits.
//
// Thread-safe, and one for the process.
class AccessLog {
 public:
  // Throws std::runtime_error if the file cannot be opened.
  explicit AccessLog(const LogSettings& settings);
  ~AccessLog();
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;

  // Is anything logged? If not, nobody needs to remember what would be.
  [[nodiscard]] bool on() const { return writer_ != nullptr; }

  // REQUIRES: on().
  void write(const AccessEntry& entry);

  // Goes on in a new file of the name, should somebody have moved the old one away.
  void reopen();

  [[nodiscard]] std::uint64_t dropped() const;

 private:
  class Writer;
  bool json_;
  std::unique_ptr<Writer> writer_;
};

}  // namespace likeness::telemetry

#endif  // LIKENESS_PROXY_TELEMETRY_ACCESS_LOG_H_
