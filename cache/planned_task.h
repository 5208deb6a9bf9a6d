#ifndef LIKENESS_CACHE_PLANNED_TASK_H_
#define LIKENESS_CACHE_PLANNED_TASK_H_

#include <utility>

#include "config/base/loop.h"

namespace likeness::cache {

// A task that runs once for all the times that it was planned for: at the earliest of them. It may
// plan itself anew.
//
// Loop-confined. Destroyed, it does not run any more.
class PlannedTask {
 public:
  PlannedTask(Loop& loop, Loop::Task task) : loop_(loop), task_(std::move(task)) {}
  ~PlannedTask() { loop_.cancel(timer_); }
  PlannedTask(const PlannedTask&) = delete;
  PlannedTask& operator=(const PlannedTask&) = delete;

  // Runs `in` that time, or earlier if that is planned already.
  void plan(milliseconds in) {
    const auto when = loop_.now() + in;
    if (timer_ != Loop::TimerId::none && planned_ <= when) return;
    loop_.cancel(timer_);
    planned_ = when;
    timer_ = loop_.after(in, [this] {
      timer_ = Loop::TimerId::none;
      task_();
    });
  }

 private:
  Loop& loop_;
  Loop::Task task_;
  Loop::TimerId timer_ = Loop::TimerId::none;
  Clock::time_point planned_;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_PLANNED_TASK_H_
