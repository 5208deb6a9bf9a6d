#ifndef LIKENESS_PROXY_LOOP_SIDE_THREAD_H_
#define LIKENESS_PROXY_LOOP_SIDE_THREAD_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace likeness {

// A SideThread does, one after the other, what would block a loop: reading files, asking SQLite.
// Its queue is bounded. A task brings its result home with Loop::post().
//
// Thread-safe. Destruction finishes the task at hand and drops the queued ones; do it before the
// loops end.
class SideThread {
 public:
  using Task = std::move_only_function<void()>;

  SideThread(const std::string& name, std::size_t max_queued);
  ~SideThread();
  SideThread(const SideThread&) = delete;
  SideThread& operator=(const SideThread&) = delete;

  // False, with `task` untouched, if the queue is full.
  [[nodiscard]] bool submit(Task& task);

 private:
  void work();

  const std::size_t max_queued_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Task> queue_;  // Guarded by mutex_.
  bool leaving_ = false;    // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_LOOP_SIDE_THREAD_H_
