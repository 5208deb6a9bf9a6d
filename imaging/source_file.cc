#include "imaging/source_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace likeness::imaging {
namespace {

std::size_t whole_pages(std::size_t bytes) {
  static const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  return (bytes + page - 1) / page * page;
}

int make_file() {
  // Where vm.memfd_noexec is 2, a file that could be executed is refused; a kernel before 6.3 does
  // not know that flag, nor does Debian 12's C library.
  constexpr unsigned kNoExec = 0x8;
  const int file = ::memfd_create("likeness-source", MFD_CLOEXEC | kNoExec);
  return file >= 0 || errno != EINVAL ? file : ::memfd_create("likeness-source", MFD_CLOEXEC);
}

}  // namespace

SourceFile::SourceFile(std::size_t max_bytes)
    : file_(make_file()), max_size_(whole_pages(max_bytes)) {
  void* start = MAP_FAILED;
  if (file_ >= 0 && ::ftruncate(file_, static_cast<off_t>(max_size_)) == 0) {
    start = ::mmap(nullptr, max_size_, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  }
  if (start == MAP_FAILED) {
    const int reason = errno;
    if (file_ >= 0) ::close(file_);
    throw std::system_error(reason, std::generic_category(), "a file in memory");
  }
  start_ = static_cast<char*>(start);
}

SourceFile::~SourceFile() {
  ::munmap(start_, max_size_);
  ::close(file_);
}

std::string SourceFile::path() const {
  return "/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(file_);
}

bool SourceFile::append(std::string_view bytes) {
  if (!page_in(size_ + bytes.size())) return false;
  std::memcpy(start_ + size_, bytes.data(), bytes.size());
  size_ += bytes.size();
  return true;
}

// Writing to a page that the system has no memory for would end this process.
bool SourceFile::page_in(std::size_t size) {
  if (size <= in_memory_) return true;
  if (size > max_size_) return false;
  const std::size_t more = whole_pages(size) - in_memory_;
  int error = ::madvise(start_ + in_memory_, more, MADV_POPULATE_WRITE) == 0 ? 0 : errno;
  // A kernel before 5.14.
  if (error == EINVAL) {
    error = ::posix_fallocate(file_, static_cast<off_t>(in_memory_), static_cast<off_t>(more));
  }
  if (error != 0) return false;
  in_memory_ += more;
  return true;
}

void SourceFile::give_back_memory() {
  size_ = 0;
  if (in_memory_ == 0) return;
  // Does not fail with memory of one's own; if it did, the memory would still be there to use.
  if (::madvise(start_, in_memory_, MADV_REMOVE) == 0) in_memory_ = 0;
}

std::optional<std::string> read_source(int file, std::size_t size) {
  std::string source;
  source.resize_and_overwrite(size, [&](char* at, std::size_t) {
    std::size_t filled = 0;
    while (filled < size) {
      const ssize_t got = ::pread(file, at + filled, size - filled, static_cast<off_t>(filled));
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    }
    return filled;
  });
  if (source.size() < size) return std::nullopt;
  return source;
}

}  // namespace likeness::imaging
