#ifndef LIKENESS_CONFIG_BASE_GUARDED_H_
#define LIKENESS_CONFIG_BASE_GUARDED_H_

#include <mutex>
#include <utility>

namespace likeness {

// Data that can only be reached under its lock. Thread-safe. Keep the function short, and never do
// I/O in it.
template <class T>
class Guarded {
 public:
  template <class... Args>
  explicit Guarded(Args&&... args) : value_(std::forward<Args>(args)...) {}

  template <class F>
  decltype(auto) with(F&& use) {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }

  template <class F>
  decltype(auto) with(F&& use) const {
    const std::lock_guard lock(mutex_);
    return std::forward<F>(use)(value_);
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_GUARDED_H_
