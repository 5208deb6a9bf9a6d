#include "proxy/telemetry/process.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace likeness::telemetry {
namespace {

// The second number of statm: resident pages.
std::uint64_t resident(const std::string& process) {
  std::ifstream statm("/proc/" + process + "/statm");
  std::uint64_t size = 0;
  std::uint64_t pages = 0;
  if (!(statm >> size >> pages)) return 0;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

ResidentMemory read_resident_memory() {
  ResidentMemory memory{.process = resident("self")};
  std::error_code error;
  // A child belongs to the thread that started it. Threads and children may end while this reads.
  for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task", error)) {
    std::ifstream children(thread.path() / "children");
    for (std::string child; children >> child;) memory.children += resident(child);
  }
  return memory;
}

}  // namespace likeness::telemetry
