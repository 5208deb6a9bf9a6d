#ifndef LIKENESS_PROXY_ORIGIN_SLOTS_H_
#define LIKENESS_PROXY_ORIGIN_SLOTS_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

#include "config/base/error.h"
#include "config/base/guarded.h"
#include "config/base/loop.h"

namespace likeness::origin {

// Slots bound the requests that all loops of a process have in flight at one origin. Who finds none
// free waits in a bounded queue, first come, first served, whatever loop he is on.
//
// Thread-safe. Held by shared_ptr: holds that cross between loops keep it.
class Slots : public std::enable_shared_from_this<Slots> {
 public:
  // A slot taken; free again when this is destroyed, on any thread. Move-only.
  class Hold {
   public:
    explicit Hold(std::shared_ptr<Slots> slots) : slots_(std::move(slots)) {}
    Hold(Hold&& other) noexcept : slots_(std::move(other.slots_)) {}
    Hold& operator=(Hold&&) = delete;
    ~Hold() {
      if (slots_) slots_->release();
    }

   private:
    std::shared_ptr<Slots> slots_;
  };
  using Done = std::move_only_function<void(Result<Hold>)>;

  Slots(int count, int max_waiting)
      : max_waiting_(static_cast<std::size_t>(max_waiting)), state_(State{count, {}}) {}

  // Calls `done` exactly once, on a later turn of `loop`, the caller's. Errors: overloaded.
  void acquire(Loop& loop, Done done);

 private:
  struct Waiter {
    Loop* loop;
    Done done;
  };
  struct State {
    int free;
    std::deque<Waiter> waiting;
  };

  void release();
  void grant(Loop& loop, Done done);

  const std::size_t max_waiting_;
  Guarded<State> state_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_SLOTS_H_
