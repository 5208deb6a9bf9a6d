#include "proxy/loop/timer_queue.h"

#include <cassert>
#include <utility>

namespace likeness {

Loop::TimerId TimerQueue::add(Clock::time_point due, Loop::Task task) {
  if (free_.empty()) {
    free_.push_back(static_cast<Index>(slots_.size()));
    slots_.emplace_back();
  }
  const Index index = free_.back();
  heap_.push_back(index);
  free_.pop_back();
  Slot& slot = slots_[index];
  slot.due = due;
  slot.order = ++last_order_;
  slot.task = std::move(task);
  slot.place = static_cast<Index>(heap_.size() - 1);
  rise(slot.place);
  return Loop::TimerId{(std::uint64_t{slot.generation} << 32) | index};
}

void TimerQueue::cancel(Loop::TimerId timer) {
  const auto id = static_cast<std::uint64_t>(timer);
  const auto index = static_cast<Index>(id);
  if (index >= slots_.size() || slots_[index].generation != static_cast<Index>(id >> 32)) return;
  // The task dies here, when the queue is whole again: its destructor may use the queue.
  const Loop::Task forgotten = remove(slots_[index].place);
}

Loop::Task TimerQueue::pop() {
  assert(!empty());
  return remove(0);
}

bool TimerQueue::before(Index a, Index b) const {
  const Slot& left = slots_[a];
  const Slot& right = slots_[b];
  return left.due != right.due ? left.due < right.due : left.order < right.order;
}

void TimerQueue::put(std::size_t place, Index slot) {
  heap_[place] = slot;
  slots_[slot].place = static_cast<Index>(place);
}

void TimerQueue::rise(std::size_t place) {
  const Index slot = heap_[place];
  while (place > 0 && before(slot, heap_[(place - 1) / 2])) {
    put(place, heap_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  put(place, slot);
}

void TimerQueue::sink(std::size_t place) {
  const Index slot = heap_[place];
  for (;;) {
    std::size_t child = 2 * place + 1;
    if (child >= heap_.size()) break;
    if (child + 1 < heap_.size() && before(heap_[child + 1], heap_[child])) ++child;
    if (!before(heap_[child], slot)) break;
    put(place, heap_[child]);
    place = child;
  }
  put(place, slot);
}

Loop::Task TimerQueue::remove(std::size_t place) {
  const Index index = heap_[place];
  Loop::Task task = std::move(slots_[index].task);
  // Generation 0 is left out, so that no id is ever TimerId::none.
  if (++slots_[index].generation == 0) slots_[index].generation = 1;
  free_.push_back(index);
  const Index last = heap_.back();
  heap_.pop_back();
  if (last != index) {
    put(place, last);
    rise(place);
    sink(slots_[last].place);
  }
  return task;
}

}  // namespace likeness
