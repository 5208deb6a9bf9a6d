#include "proxy/origin/breaker.h"

#include <algorithm>

namespace likeness::origin {

bool Breaker::admit(Clock::time_point now) {
  if (settings_.breaker_failures == 0 || closed_) return true;
  if (probing_ || now < until_) return false;
  probing_ = true;
  return true;
}

void Breaker::succeeded() {
  failures_ = 0;
  // A request from before the opening that ends well only now is as good as a probe.
  closed_ = true;
  probing_ = false;
  pause_ = milliseconds(0);
}

void Breaker::failed(Clock::time_point now, milliseconds pause) {
  if (settings_.breaker_failures == 0) return;
  if (!closed_) {
    // Those that were under way as it opened say nothing new.
    if (!probing_) return;
    probing_ = false;
    return open(now, std::max(pause, std::min(2 * pause_, settings_.breaker_max_pause)));
  }
  ++failures_;
  if (pause.count() > 0) return open(now, pause);
  if (failures_ >= settings_.breaker_failures) open(now, settings_.breaker_pause);
}

void Breaker::came_to_nothing() { probing_ = false; }

void Breaker::open(Clock::time_point now, milliseconds pause) {
  closed_ = false;
  failures_ = 0;
  pause_ = std::min(pause, settings_.breaker_max_pause);
  until_ = now + pause_;
  ++opened_;
}

Breaker::State Breaker::state(Clock::time_point now) const {
  if (closed_) return State::closed;
  return probing_ || now >= until_ ? State::half_open : State::open;
}

milliseconds Breaker::left(Clock::time_point now) const {
  if (closed_ || until_ <= now) return milliseconds(0);
  return std::chrono::ceil<milliseconds>(until_ - now);
}

}  // namespace likeness::origin
