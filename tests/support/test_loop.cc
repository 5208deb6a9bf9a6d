#include "tests/support/test_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>

namespace likeness::test {

using std::chrono::milliseconds;

TestLoop::TestLoop() : wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

TestLoop::~TestLoop() { ::close(wake_fd_); }

bool TestLoop::run_until(const std::function<bool()>& done, milliseconds patience) {
  const auto deadline = Clock::now() + patience;
  while (!done()) {
    if (Clock::now() > deadline) return false;
    turn_within(milliseconds(20));
  }
  return true;
}

void TestLoop::turn() { turn_within(milliseconds(0)); }

void TestLoop::turn_within(milliseconds wait) {
  std::vector<pollfd> fds{{wake_fd_, POLLIN, 0}};
  for (const auto& [fd, watch] : watches_) {
    const int events = (watch->wanted.read ? POLLIN : 0) | (watch->wanted.write ? POLLOUT : 0);
    if (events != 0) fds.push_back({fd, static_cast<short>(events), 0});
  }
  if (!timers_.empty()) {
    const auto due = std::chrono::ceil<milliseconds>(timers_.begin()->first.first - now());
    wait = std::clamp(due, milliseconds(0), wait);
  }
  if (!deferred_.empty()) wait = milliseconds(0);
  ::poll(fds.data(), fds.size(), static_cast<int>(wait.count()));
  for (const pollfd& ready : fds) {
    if (ready.revents == 0 || ready.fd == wake_fd_) continue;
    const auto found = watches_.find(ready.fd);
    if (found == watches_.end()) continue;
    const auto watch = found->second;  // Survives its own unwatch().
    const bool broken = (ready.revents & (POLLERR | POLLHUP)) != 0;
    watch->on_ready({.read = broken || (ready.revents & POLLIN) != 0,
                     .write = broken || (ready.revents & POLLOUT) != 0});
  }
  run_posted();
  run_timers();
  run_deferred();
}

void TestLoop::run_posted() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto got = ::read(wake_fd_, &count, sizeof count);
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) task();
}

void TestLoop::run_deferred() {
  while (!deferred_.empty()) {
    for (Task& task : std::exchange(deferred_, {})) task();
  }
}

void TestLoop::run_timers() {
  while (!timers_.empty() && timers_.begin()->first.first <= now()) {
    auto due = timers_.extract(timers_.begin());
    due.mapped()();
  }
}

void TestLoop::post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(task));
  }
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(wake_fd_, &one, sizeof one);
}

Loop::TimerId TestLoop::after(milliseconds delay, Task task) {
  timers_.emplace(std::pair{now() + delay, ++last_timer_}, std::move(task));
  return TimerId{last_timer_};
}

void TestLoop::cancel(TimerId timer) {
  std::erase_if(timers_, [&](const auto& entry) {
    return entry.first.second == static_cast<std::uint64_t>(timer);
  });
}

void TestLoop::watch(int fd, Ready wanted, OnReady on_ready) {
  assert(!watches_.contains(fd));
  watches_[fd] = std::make_shared<Watch>(wanted, std::move(on_ready));
}

void TestLoop::rewatch(int fd, Ready wanted) { watches_.at(fd)->wanted = wanted; }

void TestLoop::unwatch(int fd) { watches_.erase(fd); }

}  // namespace likeness::test
