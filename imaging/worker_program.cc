#include "imaging/worker_program.h"

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

namespace likeness::imaging {

Result<std::string> find_worker_program() {
  std::error_code error;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", error).parent_path();
  if (error) return fail(Errc::internal, "/proc/self/exe: " + error.message());
  const std::string beside = folder / "likeness-imaging";
  const std::string installed = folder.parent_path() / "libexec/likeness/likeness-imaging";
  for (const std::string& program : {beside, installed}) {
    const int file = ::open(program.c_str(), O_PATH | O_CLOEXEC);
    if (file < 0) continue;
    return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file);
  }
  return fail(Errc::internal, "there is no " + beside + " and no " + installed);
}

}  // namespace likeness::imaging
