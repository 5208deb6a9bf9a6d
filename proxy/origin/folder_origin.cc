#include "proxy/origin/folder_origin.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <set>
#include <system_error>

#include "proxy/http/message.h"

namespace likeness::origin {
namespace {

constexpr std::array<std::string_view, 10> kExtensions{".jpg",  ".jpeg", ".png",  ".webp", ".gif",
                                                       ".avif", ".heic", ".heif", ".tif",  ".tiff"};

// Opens a file of the folder: no link can lead out of it. A filter of system calls that cannot see
// openat2()'s flags, such as systemd's RestrictSUIDSGID=, says that there is none: then no link is
// followed at all. REQUIRES: `name` has no slash.
int open_beneath(int folder, const std::string& name) {
  constexpr int kFlags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
  open_how how{};
  how.flags = kFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  const auto fd = static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
  if (fd >= 0 || errno != ENOSYS) return fd;
  return ::openat(folder, name.c_str(), kFlags | O_NOFOLLOW);
}

// Does it say that there is no such file, or none that we would open, rather than that it cannot be
// told?
bool means_no_file(int error) {
  constexpr std::array kNone{ENOENT, ELOOP, EXDEV, ENAMETOOLONG, ENXIO};
  return std::ranges::find(kNone, error) != kNone.end();
}

// A descriptor that closes itself.
class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<std::string> read_all(int fd, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = ::read(fd, bytes.data() + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Errc::origin_failed, "the photo's file cannot be read");
    if (got == 0) break;  // It shrank; the decoder will judge.
    have += static_cast<std::size_t>(got);
  }
  bytes.resize(have);
  return bytes;
}

Validators validators_of(const struct stat& file) {
  const auto& changed = file.st_mtim;
  return {'"' + std::to_string(changed.tv_sec) + '.' + std::to_string(changed.tv_nsec) + '-' +
              std::to_string(file.st_size) + '"',
          http::date(changed.tv_sec)};
}

}  // namespace

PhotoFolder::PhotoFolder(const std::filesystem::path& folder, std::size_t max_bytes)
    : path_(folder),
      folder_(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)),
      max_bytes_(max_bytes) {
  if (folder_ < 0)
    throw std::system_error(errno, std::generic_category(), "photo folder " + folder.string());
}

PhotoFolder::~PhotoFolder() { ::close(folder_); }

std::vector<std::string> PhotoFolder::ids(std::size_t most) const {
  std::set<std::string> ids;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(path_, ignored)) {
    const auto extension = entry.path().extension().string();
    if (std::ranges::find(kExtensions, extension) == kExtensions.end()) continue;
    ids.insert(entry.path().stem().string());
    if (ids.size() > most) ids.erase(std::prev(ids.end()));
  }
  return {ids.begin(), ids.end()};
}

Result<Fetched> PhotoFolder::read(std::string_view id, const Validators& have) const {
  const bool names_a_file = !id.empty() && id.front() != '.' &&
                            id.find_first_of(std::string_view("/\0", 2)) == std::string_view::npos;
  if (!names_a_file) return fail(Errc::no_photo, "not a file name");
  for (const std::string_view extension : kExtensions) {
    const File file(open_beneath(folder_, std::string(id).append(extension)));
    if (file.fd() < 0 && !means_no_file(errno))
      return fail(Errc::origin_failed,
                  "the photo's file cannot be opened: " + std::generic_category().message(errno));
    struct stat status{};
    if (file.fd() < 0 || ::fstat(file.fd(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    Validators validators = validators_of(status);
    if (have.etag == validators.etag) return Fetched{nullptr, std::move(validators), std::nullopt};
    const auto size = static_cast<std::size_t>(status.st_size);
    if (size > max_bytes_) return fail(Errc::source_too_large, "the photo's file is too large");
    auto bytes = read_all(file.fd(), size);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    return Fetched{share(std::move(*bytes)), std::move(validators), std::nullopt};
  }
  return fail(Errc::no_photo, "no such file");
}

void FolderOrigin::fetch(std::string_view photo, const Validators& have,
                         const Credentials& /*caller*/, Done done) {
  ++stats_.requests;
  ++stats_.in_flight;
  // The callback travels to the side thread and back, and is called on the loop alone. The thread
  // may still be at it when this is gone, but not when the folder is.
  auto home = std::make_shared<Done>(
      lifetime_.bind([this, done = std::move(done)](Result<Fetched> result) mutable {
        --stats_.in_flight;
        if (!result && result.error().code != Errc::no_photo) ++stats_.errors;
        done(std::move(result));
      }));
  SideThread::Task task = [&loop = loop_, &folder = folder_, home, id = std::string(photo), have] {
    loop.post([home, result = folder.read(id, have)]() mutable { (*home)(std::move(result)); });
  };
  if (!reader_.submit(task))
    loop_.post([home] { (*home)(fail(Errc::overloaded, "too many files to read", seconds(1))); });
}

void FolderOrigin::check(std::string_view /*photo*/, const Validators& /*have*/,
                         const Credentials& /*caller*/, Checked done) {
  loop_.post(lifetime_.bind([done = std::move(done)]() mutable { done({}); }));
}

}  // namespace likeness::origin
