#ifndef LIKENESS_PROXY_LOOP_REACTOR_LOOP_H_
#define LIKENESS_PROXY_LOOP_REACTOR_LOOP_H_

#include <memory>
#include <string>

#include "config/base/loop.h"

namespace likeness {

// A ReactorLoop is a Loop on Pistache's Aio::Reactor, with a thread of its own. This is the only
// place that knows Pistache; why so little of it is used is told in docs/architecture.md.
//
// post() and stop() are Thread-safe; everything else is Loop-confined.
class ReactorLoop final : public Loop {
 public:
  // Starts the thread; `name` (up to 15 characters) shows in `top -H`. Throws on exhaustion.
  explicit ReactorLoop(const std::string& name);
  // Ends the thread after the current turn and joins it. Not from the loop itself.
  ~ReactorLoop() override;

  [[nodiscard]] Clock::time_point now() const override;
  [[nodiscard]] WallClock::time_point wall() const override;
  void post(Task task) override;
  void defer(Task task) override;
  TimerId after(std::chrono::milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;
  void watch(int fd, Ready wanted, OnReady on_ready) override;
  void rewatch(int fd, Ready wanted) override;
  void unwatch(int fd) override;

  // Runs `task` on the loop and waits for it: for set-up and tear-down from main() only. Rethrows
  // what the task throws.
  void run(Task task);

 private:
  class Reactor;
  std::unique_ptr<Reactor> reactor_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_LOOP_REACTOR_LOOP_H_
