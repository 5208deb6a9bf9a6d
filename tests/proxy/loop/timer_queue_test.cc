#include "proxy/loop/timer_queue.h"

#include <catch2/catch.hpp>
#include <chrono>
#include <map>
#include <random>
#include <string>

namespace likeness {
namespace {

using std::chrono::milliseconds;

Clock::time_point at(int ms) { return Clock::time_point(milliseconds(ms)); }

TEST_CASE("timers come in the order of their times, equal ones in the order of adding", "[loop]") {
  TimerQueue timers;
  std::string order;
  timers.add(at(30), [&] { order += 'd'; });
  timers.add(at(10), [&] { order += 'a'; });
  timers.add(at(20), [&] { order += 'b'; });
  timers.add(at(20), [&] { order += 'c'; });
  while (!timers.empty()) timers.pop()();
  CHECK(order == "abcd");
}

TEST_CASE("a cancelled timer never comes, and cancelling twice does nothing", "[loop]") {
  TimerQueue timers;
  std::string order;
  const auto first = timers.add(at(10), [&] { order += 'a'; });
  timers.add(at(20), [&] { order += 'b'; });
  timers.cancel(first);
  timers.cancel(first);
  timers.cancel(Loop::TimerId::none);
  CHECK(timers.size() == 1);
  timers.pop()();
  CHECK(order == "b");
}

TEST_CASE("the id of a timer that ran does not cancel the one that took its slot", "[loop]") {
  TimerQueue timers;
  const auto old = timers.add(at(10), [] {});
  timers.pop()();
  bool ran = false;
  timers.add(at(20), [&] { ran = true; });
  timers.cancel(old);
  REQUIRE_FALSE(timers.empty());
  timers.pop()();
  CHECK(ran);
}

TEST_CASE("a cancelled task may use the queue while it dies", "[loop]") {
  TimerQueue timers;
  struct CancelsAnother {
    TimerQueue* queue;
    Loop::TimerId other;
    CancelsAnother(TimerQueue* q, Loop::TimerId o) : queue(q), other(o) {}
    CancelsAnother(CancelsAnother&& from) noexcept
        : queue(std::exchange(from.queue, nullptr)), other(from.other) {}
    ~CancelsAnother() {
      if (queue != nullptr) queue->cancel(other);
    }
  };
  const auto other = timers.add(at(5), [] {});
  const auto one = timers.add(at(10), [dying = CancelsAnother(&timers, other)] {});
  timers.cancel(one);
  CHECK(timers.empty());
}

TEST_CASE("a random mix of adding, cancelling and popping keeps the order", "[loop]") {
  TimerQueue timers;
  std::mt19937 random(7);
  std::multimap<int, Loop::TimerId> model;
  for (int i = 0; i < 20'000; ++i) {
    const auto dice = random() % 4;
    if (dice < 2 || model.empty()) {
      const int due = static_cast<int>(random() % 1'000);
      model.emplace(due, timers.add(at(due), [] {}));
    } else if (dice == 2) {
      const auto victim = std::next(model.begin(), static_cast<long>(random() % model.size() % 50));
      timers.cancel(victim->second);
      model.erase(victim);
    } else {
      REQUIRE(timers.next_due() == at(model.begin()->first));
      // Equal times come in the order of adding, as in the multimap.
      timers.pop()();
      model.erase(model.begin());
    }
    REQUIRE(timers.size() == model.size());
  }
}

}  // namespace
}  // namespace likeness
