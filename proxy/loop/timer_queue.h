#ifndef LIKENESS_PROXY_LOOP_TIMER_QUEUE_H_
#define LIKENESS_PROXY_LOOP_TIMER_QUEUE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "config/base/loop.h"

namespace likeness {

// The timers of one loop, in the order in which they come due; equal times keep the order of
// adding. A heap of slots that know their place in it: adding and cancelling cost O(log n), leave
// nothing behind, and allocate nothing once the vectors have grown. That matters because nearly
// every timer of a server is a deadline that gets cancelled.
//
// Loop-confined.
class TimerQueue {
 public:
  Loop::TimerId add(Clock::time_point due, Loop::Task task);
  // Ignores timers that were popped or cancelled before.
  void cancel(Loop::TimerId timer);

  // Takes out the next task. REQUIRES: !empty().
  [[nodiscard]] Loop::Task pop();

  // REQUIRES: !empty().
  [[nodiscard]] Clock::time_point next_due() const { return slots_[heap_.front()].due; }
  [[nodiscard]] bool empty() const { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const { return heap_.size(); }

 private:
  using Index = std::uint32_t;

  struct Slot {
    Clock::time_point due;
    std::uint64_t order = 0;
    Loop::Task task;
    Index generation = 1;  // Of the slot's next or present timer: old ids match no longer.
    Index place = 0;       // In heap_, while the slot is in use.
  };

  [[nodiscard]] bool before(Index a, Index b) const;
  void put(std::size_t place, Index slot);
  void rise(std::size_t place);
  void sink(std::size_t place);
  Loop::Task remove(std::size_t place);

  std::vector<Slot> slots_;
  std::vector<Index> free_;
  std::vector<Index> heap_;
  std::uint64_t last_order_ = 0;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_LOOP_TIMER_QUEUE_H_
