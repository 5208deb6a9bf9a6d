#include "proxy/loop/reactor_loop.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace likeness {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A non-blocking pair of connected sockets.
class Pair {
 public:
  Pair() { REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds_.data()) == 0); }
  ~Pair() {
    close(fds_[0]);
    close_there();
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  [[nodiscard]] int here() const { return fds_[0]; }
  void ring() const { REQUIRE(::write(fds_[1], "x", 1) == 1); }
  void close_there() { close(fds_[1]); }

 private:
  static void close(int& fd) {
    if (fd >= 0) ::close(fd);
    fd = -1;
  }
  std::array<int, 2> fds_{-1, -1};
};

// What a callback on the loop tells the test.
class Signal {
 public:
  void give() {
    if (!given_.exchange(true)) promise_.set_value();
  }
  [[nodiscard]] bool came() {
    return promise_.get_future().wait_for(seconds(20)) == std::future_status::ready;
  }

 private:
  std::promise<void> promise_;
  std::atomic<bool> given_ = false;
};

TEST_CASE("tasks of many threads all run, each thread's in its order", "[loop]") {
  constexpr int kThreads = 4;
  constexpr int kTasks = 5'000;
  std::array<int, kThreads> next{};
  bool ordered = true;
  ReactorLoop loop("test");
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kTasks; ++i) {
        loop.post([&, t, i] {
          int& expected = next[static_cast<std::size_t>(t)];
          ordered = ordered && expected == i;
          ++expected;
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  loop.run([] {});
  CHECK(ordered);
  for (const int count : next) CHECK(count == kTasks);
}

TEST_CASE("a task posted by a task runs on a later turn", "[loop]") {
  ReactorLoop loop("test");
  Signal done;
  bool inside = false;
  bool nested = false;
  loop.post([&] {
    inside = true;
    loop.post([&] {
      nested = inside;
      done.give();
    });
    inside = false;
  });
  CHECK(done.came());
  CHECK_FALSE(nested);
}

TEST_CASE("what is deferred runs at the end of the turn, and what it defers then, too", "[loop]") {
  ReactorLoop loop("test");
  std::vector<int> order;
  Clock::time_point turn;
  Clock::time_point last;
  loop.run([&] {
    turn = loop.now();
    loop.defer([&] {
      order.push_back(2);
      loop.defer([&] {
        order.push_back(3);
        last = loop.now();
      });
      throw std::runtime_error("harms no other");
    });
    order.push_back(1);
  });
  loop.run([] {});  // A later turn.
  CHECK(order == std::vector{1, 2, 3});
  CHECK(last == turn);
}

TEST_CASE("tasks still queued when the loop ends are destroyed, not run", "[loop]") {
  const auto held = std::make_shared<int>(0);
  {
    ReactorLoop loop("test");
    Signal entered;
    std::promise<void> release;
    loop.post([&, gate = release.get_future().share()] {
      entered.give();
      gate.wait();
    });
    REQUIRE(entered.came());
    std::thread ender([&] { release.set_value(); });
    for (int i = 0; i < 100; ++i) loop.post([held] {});
    ender.join();
  }
  CHECK(held.use_count() == 1);
}

TEST_CASE("run() waits, and passes an exception on", "[loop]") {
  ReactorLoop loop("test");
  std::thread::id where;
  loop.run([&] { where = std::this_thread::get_id(); });
  CHECK(where != std::thread::id());
  CHECK(where != std::this_thread::get_id());
  CHECK_THROWS_AS(loop.run([] { throw std::invalid_argument("x"); }), std::invalid_argument);
}

TEST_CASE("an exception ends its callback and nothing else", "[loop]") {
  ReactorLoop loop("test");
  loop.post([] { throw std::runtime_error("task"); });
  loop.post([] { throw 7; });
  Signal timer;
  loop.run([&] {
    loop.after(milliseconds(1), [] { throw std::runtime_error("timer"); });
    loop.after(milliseconds(2), [&] { timer.give(); });
  });
  CHECK(timer.came());
}

TEST_CASE("timers run in their order and never early", "[loop]") {
  ReactorLoop loop("test");
  std::string order;
  bool early = false;
  Signal done;
  loop.run([&] {
    const auto start = Clock::now();
    const auto note = [&, start](char name, int ms) {
      return [&, start, name, ms] {
        order += name;
        early = early || Clock::now() - start < milliseconds(ms);
        if (name == 'd') done.give();
      };
    };
    loop.after(milliseconds(30), note('d', 30));
    loop.after(milliseconds(20), note('c', 20));
    loop.after(milliseconds(0), note('a', 0));
    const auto cancelled = loop.after(milliseconds(10), note('x', 10));
    loop.after(milliseconds(5), [&loop, cancelled] { loop.cancel(cancelled); });
    loop.after(milliseconds(10), note('b', 10));
    early = !order.empty();
  });
  CHECK(done.came());
  CHECK(order == "abcd");
  CHECK_FALSE(early);
}

TEST_CASE("a timer may set the next one, and time goes on between", "[loop]") {
  ReactorLoop loop("test");
  Signal done;
  int left = 5;
  std::function<void()> again;
  Clock::time_point last{};
  bool moved = true;
  again = [&] {
    moved = moved && loop.now() > last;
    last = loop.now();
    if (--left == 0) return done.give();
    loop.after(milliseconds(0), [&] { again(); });
  };
  loop.run([&] { loop.after(milliseconds(0), [&] { again(); }); });
  CHECK(done.came());
  CHECK(moved);
}

TEST_CASE("a turn has one date, and the next one a later one", "[loop]") {
  ReactorLoop loop("test");
  const auto begin = WallClock::now();
  WallClock::time_point first;
  bool stands = false;
  loop.run([&] {
    first = loop.wall();
    while (WallClock::now() <= first) {
    }
    stands = loop.wall() == first;
  });
  WallClock::time_point next;
  loop.run([&] { next = loop.wall(); });
  CHECK(first >= begin);
  CHECK(stands);
  CHECK(next > first);
  CHECK(next <= WallClock::now());
}

TEST_CASE("a watch tells readiness, pauses, and tells of a hang-up", "[loop]") {
  Pair pair;
  ReactorLoop loop("test");
  Signal readable;
  Signal gone;
  int calls = 0;
  bool always_readable = true;
  loop.run([&] {
    loop.watch(pair.here(), {.read = true}, [&](Loop::Ready ready) {
      ++calls;
      always_readable = always_readable && ready.read;
      char byte = 0;
      if (::read(pair.here(), &byte, 1) == 0) {
        loop.unwatch(pair.here());
        return gone.give();
      }
      readable.give();
    });
  });
  pair.ring();
  CHECK(readable.came());
  loop.run([&] { loop.rewatch(pair.here(), {}); });
  pair.ring();
  pair.close_there();
  // Paused: neither the byte nor the hang-up calls.
  for (int i = 0; i < 10; ++i) loop.run([] {});
  CHECK(calls == 1);
  loop.run([&] { loop.rewatch(pair.here(), {.read = true}); });
  CHECK(gone.came());
  CHECK(always_readable);
}

TEST_CASE("writable is told only while it is wanted", "[loop]") {
  Pair pair;
  ReactorLoop loop("test");
  Signal done;
  int calls = 0;
  bool only_writable = true;
  loop.run([&] {
    loop.watch(pair.here(), {.write = true}, [&](Loop::Ready ready) {
      only_writable = only_writable && ready.write && !ready.read;
      if (++calls < 3) return;
      loop.rewatch(pair.here(), {.read = true});
      done.give();
    });
  });
  CHECK(done.came());
  for (int i = 0; i < 5; ++i) loop.run([] {});
  CHECK(calls == 3);
  CHECK(only_writable);
  loop.run([&] { loop.unwatch(pair.here()); });
}

// The schedule that gives answers to the wrong client: two descriptors are ready in one batch; the
// callback of whichever comes first closes the other one, whose event is already fetched, and opens
// a new descriptor that gets the same number. One dup2() does both: between a close() and an open()
// another thread, such as one that UBSan lets try an address with pipe(), could take the number.
TEST_CASE("an event fetched for a closed descriptor never reaches its successor", "[loop]") {
  ReactorLoop loop("test");
  for (int round = 0; round < 200; ++round) {
    std::array<Pair, 2> pairs;
    Pair fresh;
    Signal turned;
    int stale = 0;
    int first_calls = 0;
    bool same_number = false;
    const auto on_ready = [&](std::size_t other) {
      return [&, other](Loop::Ready) {
        ++first_calls;
        const int reused = pairs[other].here();
        loop.unwatch(reused);
        same_number = ::dup2(fresh.here(), reused) == reused;
        loop.watch(reused, {.read = true, .write = true}, [&](Loop::Ready ready) {
          // The newcomer is writable and has nothing to read.
          if (ready.read) ++stale;
        });
        loop.unwatch(pairs[1 - other].here());
        loop.post([&, reused] {
          loop.unwatch(reused);
          turned.give();
        });
      };
    };
    loop.run([&] {
      // Both are ready before the loop polls again: they come in one batch.
      for (std::size_t i : {0U, 1U}) {
        pairs[i].ring();
        loop.watch(pairs[i].here(), {.read = true}, on_ready(1 - i));
      }
    });
    REQUIRE(turned.came());
    CHECK(first_calls == 1);
    CHECK(same_number);
    CHECK(stale == 0);
  }
}

TEST_CASE("a pause within the batch holds back an event that was already fetched", "[loop]") {
  ReactorLoop loop("test");
  std::array<Pair, 2> pairs;
  int calls = 0;
  loop.run([&] {
    for (std::size_t i : {0U, 1U}) {
      pairs[i].ring();
      loop.watch(pairs[i].here(), {.read = true}, [&](Loop::Ready) {
        ++calls;
        for (const Pair& pair : pairs) loop.rewatch(pair.here(), {});
      });
    }
  });
  for (int i = 0; i < 5; ++i) loop.run([] {});
  CHECK(calls == 1);
  loop.run([&] {
    for (const Pair& pair : pairs) loop.unwatch(pair.here());
  });
}

TEST_CASE("a callback may end its own watch and outlives it until it returns", "[loop]") {
  ReactorLoop loop("test");
  Pair pair;
  Signal done;
  const auto held = std::make_shared<std::string>("still here");
  std::string seen;
  loop.run([&] {
    pair.ring();
    loop.watch(pair.here(), {.read = true}, [&, held = held](Loop::Ready) {
      loop.unwatch(pair.here());
      loop.unwatch(pair.here());
      seen = *held;
      done.give();
    });
  });
  CHECK(done.came());
  CHECK(seen == "still here");
  loop.run([] {});
  CHECK(held.use_count() == 1);
}

TEST_CASE("the loop's thread has the loop's name", "[loop]") {
  ReactorLoop loop("a-name-that-is-longer-than-fits");
  char name[32] = "";
  loop.run([&] { pthread_getname_np(pthread_self(), name, sizeof name); });
  CHECK(std::string(name) == "a-name-that-is-");
}

}  // namespace
}  // namespace likeness
