#ifndef LIKENESS_PROXY_TELEMETRY_PROCESS_H_
#define LIKENESS_PROXY_TELEMETRY_PROCESS_H_

#include <cstdint>

namespace likeness::telemetry {

// Resident memory, in bytes; 0 where /proc does not tell.
struct ResidentMemory {
  std::uint64_t process = 0;   // This process.
  std::uint64_t children = 0;  // Its living children together: the imaging workers.
};

// Reads it from /proc: some tens of microseconds, for a scrape and not for a request. Thread-safe.
[[nodiscard]] ResidentMemory read_resident_memory();

}  // namespace likeness::telemetry

#endif  // LIKENESS_PROXY_TELEMETRY_PROCESS_H_
