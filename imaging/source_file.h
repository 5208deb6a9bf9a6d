#ifndef LIKENESS_IMAGING_SOURCE_FILE_H_
#define LIKENESS_IMAGING_SOURCE_FILE_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace likeness::imaging {

// A SourceFile is a file in memory in which a pool hands one source after the other to a worker,
// which can only read it. Megabytes pass with one copy in and one out; a socket would carry them in
// pieces of some kilobytes. Its memory is the pool's process's, and stays for the next source: the
// system would page it in anew.
//
// Not thread-safe.
class SourceFile {
 public:
  // For sources of `max_bytes` at most. Takes no memory yet. Throws std::system_error.
  explicit SourceFile(std::size_t max_bytes);
  ~SourceFile();
  SourceFile(const SourceFile&) = delete;
  SourceFile& operator=(const SourceFile&) = delete;

  // Where a process of the same user can open it.
  [[nodiscard]] std::string path() const;

  // Adds to what is in it. False where that would be more than it may hold, or where the system has
  // no memory for it; nothing is added then.
  [[nodiscard]] bool append(std::string_view bytes);

  // Makes room for the next source.
  void clear() { size_ = 0; }

  // Empties it, and gives its memory back to the system.
  void give_back_memory();

 private:
  [[nodiscard]] bool page_in(std::size_t size);

  int file_ = -1;
  char* start_ = nullptr;
  std::size_t max_size_;       // Whole pages.
  std::size_t size_ = 0;       // Of the source in it.
  std::size_t in_memory_ = 0;  // Whole pages from start_ that can be written without a fault.
};

// The first `size` bytes, read from a descriptor of the file in the worker's process. Nothing if
// they cannot be read.
[[nodiscard]] std::optional<std::string> read_source(int file, std::size_t size);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SOURCE_FILE_H_
