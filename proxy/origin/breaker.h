#ifndef LIKENESS_PROXY_ORIGIN_BREAKER_H_
#define LIKENESS_PROXY_ORIGIN_BREAKER_H_

#include <cstdint>

#include "config/base/time.h"
#include "config/settings.h"

namespace likeness::origin {

// A Breaker keeps requests off an origin that fails: after settings.breaker_failures in a row
// it opens, and requests are refused at once instead of each waiting for its own deadline. After a
// pause it lets one through as a probe: if that succeeds it closes, else it opens again, for twice
// as long, up to settings.breaker_max_pause. An origin that asks to be left alone for a time is.
//
// What fails is the connection, the deadline and 5xx; "no photo" and the like are answers.
//
// Loop-confined; time is an argument.
class Breaker {
 public:
  enum class State : std::uint8_t { closed, open, half_open };

  explicit Breaker(const OriginSettings& settings) : settings_(settings) {}

  // May a request go out now? If so, report its end by succeeded(), failed() or came_to_nothing().
  [[nodiscard]] bool admit(Clock::time_point now);
  void succeeded();
  // `pause`: what the origin asked for, or zero.
  void failed(Clock::time_point now, milliseconds pause = {});
  // Nothing was learnt about the origin.
  void came_to_nothing();

  [[nodiscard]] State state(Clock::time_point now) const;
  // How long it will refuse from now on; zero if it does not.
  [[nodiscard]] milliseconds left(Clock::time_point now) const;
  [[nodiscard]] std::uint64_t opened() const { return opened_; }

 private:
  void open(Clock::time_point now, milliseconds pause);

  const OriginSettings& settings_;
  int failures_ = 0;  // In a row, while closed.
  bool closed_ = true;
  bool probing_ = false;
  milliseconds pause_{};
  Clock::time_point until_;
  std::uint64_t opened_ = 0;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_BREAKER_H_
