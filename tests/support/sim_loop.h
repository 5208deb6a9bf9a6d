#ifndef LIKENESS_TESTS_SUPPORT_SIM_LOOP_H_
#define LIKENESS_TESTS_SUPPORT_SIM_LOOP_H_

#include <cassert>
#include <deque>
#include <map>
#include <utility>

#include "config/base/loop.h"

namespace likeness::test {

// A SimLoop is a Loop in simulated time, without descriptors: a test sets the clock and says when
// tasks run. Its clock of dates is wrong by `skew`, as clocks of different machines are.
class SimLoop final : public Loop {
 public:
  explicit SimLoop(const Clock::time_point& clock, milliseconds skew = {})
      : clock_(clock), skew_(skew) {}

  // Runs what is posted and due, and what that leads to.
  void run() {
    while (run_one()) {
    }
  }
  [[nodiscard]] std::size_t timers() const { return timers_.size(); }

  [[nodiscard]] Clock::time_point now() const override { return clock_; }
  [[nodiscard]] WallClock::time_point wall() const override {
    return WallClock::time_point(std::chrono::hours(500'000)) + clock_.time_since_epoch() + skew_;
  }
  void post(Task task) override { posted_.push_back(std::move(task)); }
  void defer(Task task) override { posted_.push_back(std::move(task)); }
  TimerId after(milliseconds delay, Task task) override {
    timers_.emplace(std::pair(clock_ + delay, ++last_), std::move(task));
    return static_cast<TimerId>(last_);
  }
  void cancel(TimerId timer) override {
    std::erase_if(timers_, [&](const auto& one) {
      return one.first.second == static_cast<std::uint64_t>(timer);
    });
  }
  void watch(int, Ready, OnReady) override { assert(false); }
  void rewatch(int, Ready) override { assert(false); }
  void unwatch(int) override { assert(false); }

 private:
  bool run_one() {
    Task task;
    if (!posted_.empty()) {
      task = std::move(posted_.front());
      posted_.pop_front();
    } else if (!timers_.empty() && timers_.begin()->first.first <= clock_) {
      task = std::move(timers_.begin()->second);
      timers_.erase(timers_.begin());
    } else {
      return false;
    }
    task();
    return true;
  }

  const Clock::time_point& clock_;
  const milliseconds skew_;
  std::deque<Task> posted_;
  std::map<std::pair<Clock::time_point, std::uint64_t>, Task> timers_;
  std::uint64_t last_ = 0;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_SIM_LOOP_H_
