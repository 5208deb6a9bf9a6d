#include "proxy/loop/side_thread.h"

#include <pthread.h>

#include <utility>

namespace likeness {

SideThread::SideThread(const std::string& name, std::size_t max_queued)
    : max_queued_(max_queued), thread_([this] { work(); }) {
  ::pthread_setname_np(thread_.native_handle(), name.substr(0, 15).c_str());
}

SideThread::~SideThread() {
  {
    const std::lock_guard lock(mutex_);
    leaving_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

bool SideThread::submit(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() >= max_queued_) return false;
    queue_.push_back(std::move(task));
  }
  changed_.notify_one();
  return true;
}

void SideThread::work() {
  for (;;) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return leaving_ || !queue_.empty(); });
    if (leaving_) return;
    Task task = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    task();
  }
}

}  // namespace likeness
