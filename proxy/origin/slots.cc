#include "proxy/origin/slots.h"

#include <optional>

namespace likeness::origin {

void Slots::acquire(Loop& loop, Done done) {
  enum class Turn { now, later, never };
  const Turn turn = state_.with([&](State& state) {
    if (state.free > 0) {
      --state.free;
      return Turn::now;
    }
    if (state.waiting.size() >= max_waiting_) return Turn::never;
    state.waiting.push_back({&loop, std::move(done)});
    return Turn::later;
  });
  if (turn == Turn::now) return grant(loop, std::move(done));
  if (turn == Turn::later) return;
  loop.post([done = std::move(done)]() mutable {
    done(fail(Errc::overloaded, "too many requests wait for the origin", seconds(1)));
  });
}

void Slots::release() {
  auto next = state_.with([](State& state) -> std::optional<Waiter> {
    if (state.waiting.empty()) {
      ++state.free;
      return std::nullopt;
    }
    Waiter waiter = std::move(state.waiting.front());
    state.waiting.pop_front();
    return waiter;
  });
  if (next) grant(*next->loop, std::move(next->done));
}

void Slots::grant(Loop& loop, Done done) {
  loop.post([hold = Hold(shared_from_this()), done = std::move(done)]() mutable {
    done(std::move(hold));
  });
}

}  // namespace likeness::origin
