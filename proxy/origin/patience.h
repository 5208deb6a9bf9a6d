#ifndef LIKENESS_PROXY_ORIGIN_PATIENCE_H_
#define LIKENESS_PROXY_ORIGIN_PATIENCE_H_

#include <algorithm>
#include <utility>

#include "config/base/loop.h"

namespace likeness::origin {

// How much longer an origin may take: a time that runs out once, and stands still while it is not
// the origin that is waited for.
//
// Loop-confined.
class Patience {
 public:
  // It runs from now on; `over` is called on a later turn, unless the patience ends before.
  Patience(Loop& loop, milliseconds left, Loop::Task over)
      : loop_(loop), left_(left), over_(std::move(over)) {
    go_on();
  }
  ~Patience() { stop(); }
  Patience(const Patience&) = delete;
  Patience& operator=(const Patience&) = delete;

  void stop() {
    if (timer_ == Loop::TimerId::none) return;
    loop_.cancel(std::exchange(timer_, Loop::TimerId::none));
    left_ -= std::chrono::duration_cast<milliseconds>(loop_.now() - since_);
  }

  void go_on() {
    if (timer_ != Loop::TimerId::none) return;
    since_ = loop_.now();
    timer_ = loop_.after(std::max(left_, milliseconds(1)), [this] {
      timer_ = Loop::TimerId::none;
      // What is called may end the patience.
      auto over = std::move(over_);
      over();
    });
  }

 private:
  Loop& loop_;
  milliseconds left_;
  Loop::Task over_;
  Loop::TimerId timer_ = Loop::TimerId::none;
  Clock::time_point since_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_PATIENCE_H_
