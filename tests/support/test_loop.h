#ifndef LIKENESS_TESTS_SUPPORT_TEST_LOOP_H_
#define LIKENESS_TESTS_SUPPORT_TEST_LOOP_H_

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "config/base/loop.h"

namespace likeness::test {

// A TestLoop is a Loop that a test cranks on its own thread: real descriptors, by poll(), and a
// clock that is the real one plus what advance() has added, so that deadlines need no waiting.
class TestLoop final : public Loop {
 public:
  TestLoop();
  ~TestLoop() override;

  // Turns the loop until `done()` holds. False if that takes longer than `patience` of real time.
  bool run_until(const std::function<bool()>& done,
                 std::chrono::milliseconds patience = std::chrono::seconds(10));
  // Turns the loop once without waiting: ready descriptors, due timers, posted tasks.
  void turn();
  // Moves the clock; timers that come due run on the next turn.
  void advance(std::chrono::milliseconds by) { offset_ += by; }
  [[nodiscard]] std::size_t timers() const { return timers_.size(); }
  [[nodiscard]] std::size_t watched() const { return watches_.size(); }

  [[nodiscard]] Clock::time_point now() const override { return Clock::now() + offset_; }
  [[nodiscard]] WallClock::time_point wall() const override { return WallClock::now(); }
  void post(Task task) override;
  void defer(Task task) override { deferred_.push_back(std::move(task)); }
  TimerId after(std::chrono::milliseconds delay, Task task) override;
  void cancel(TimerId timer) override;
  void watch(int fd, Ready wanted, OnReady on_ready) override;
  void rewatch(int fd, Ready wanted) override;
  void unwatch(int fd) override;

 private:
  struct Watch {
    Ready wanted;
    OnReady on_ready;
  };
  void turn_within(std::chrono::milliseconds wait);
  void run_posted();
  void run_deferred();
  void run_timers();

  std::chrono::milliseconds offset_{0};
  std::uint64_t last_timer_ = 0;
  std::map<std::pair<Clock::time_point, std::uint64_t>, Task> timers_;
  std::map<int, std::shared_ptr<Watch>> watches_;
  int wake_fd_;
  std::mutex mutex_;
  std::vector<Task> posted_;  // Guarded by mutex_.
  std::vector<Task> deferred_;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_TEST_LOOP_H_
