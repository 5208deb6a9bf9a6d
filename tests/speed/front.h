#ifndef LIKENESS_TESTS_SPEED_FRONT_H_
#define LIKENESS_TESTS_SPEED_FRONT_H_

#include <memory>
#include <string>

#include "config/settings.h"
#include "proxy/loop/reactor_loop.h"

namespace likeness::test {

// All that answers requests, on one loop, put together as Process does it (proxy/process.h), but
// for what a process needs and valgrind cannot run: the imaging workers. Every photo exists but
// nobody@example.com's; its bytes and the pictures made of it are just so many, and no pictures. So
// it serves real answers from memory and from Redis.
//
// To be used from main() alone.
class Front {
 public:
  // settings.redis.url says whether there is a Redis; it must answer at once. Throws what
  // construction throws.
  explicit Front(const Settings& settings);
  ~Front();
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;

  // Of 127.0.0.1, where it listens.
  [[nodiscard]] int port() const;

  // The loop that everything runs on.
  [[nodiscard]] ReactorLoop& loop();

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SPEED_FRONT_H_
