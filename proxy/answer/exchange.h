#ifndef LIKENESS_PROXY_ANSWER_EXCHANGE_H_
#define LIKENESS_PROXY_ANSWER_EXCHANGE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/time.h"
#include "proxy/http/body.h"
#include "proxy/http/lines.h"
#include "proxy/http/message.h"
#include "proxy/http/responder.h"
#include "proxy/photo/ask.h"
#include "proxy/telemetry/access_log.h"
#include "proxy/telemetry/metrics.h"

namespace likeness {

// Makes ids for the requests of one loop that come without one, unlike those of every other loop
// and process. Loop-confined.
class RequestIds {
 public:
  RequestIds();
  // The next id, written into `into`; returns its length, at most 32.
  std::size_t next(char* into);

 private:
  std::string prefix_;
  std::uint64_t last_ = 0;
};

// Who hears of answered requests. They outlive the exchanges.
struct Audit {
  telemetry::Metrics& metrics;
  telemetry::AccessLog& access_log;
  milliseconds slow;  // What takes longer is a warning; 0: none is.
};

// An Exchange is one request on its way to its answer: the duty to answer it once, and what every
// answer carries and every request is counted by, whatever it is about. Whoever understands the URL
// sets the route. It keeps nothing else of the request, which is gone when the handler returns,
// unless it is told to: for the access log, and of what may become slow.
//
// Holds no memory but its own and what it remembers. Move-only. Loop-confined to the connection's
// loop.
class Exchange {
 public:
  // A client's X-Request-Id, or else its client-request-id, which is Graph's and Exchange's word,
  // is taken over if it is a plain token of at most 128 characters, so that it can stand in logs.
  Exchange(const http::Request& request, http::Responder responder, RequestIds& ids,
           const Audit& audit);

  telemetry::Route route = telemetry::Route::other;

  // Ready-made lines, each with its CRLF, that all answers of the route share. They outlive the
  // exchange.
  std::string_view route_lines = {};

  // The answer is for this caller alone: no cache that serves others may keep it.
  bool confidential = false;
  // No cache may keep the answer for longer; nothing: as long as is right for it.
  std::optional<seconds> left = std::nullopt;
  // What the answer has waited for.
  photo::Waits waits = {};
  // It has waited for one of these from `began` until now.
  void waited(std::chrono::nanoseconds photo::Waits::* what, Clock::time_point began) {
    waits.*what += Clock::now() - began;
  }

  // The request will not be answered at once: should it become slow, the log names it.
  void remember(const http::Request& request);

  // The header lines that every answer begins with: to a client that asks for it (X-Server-Timing:
  // 1) also what it has waited for by now. Add more, and give their view to send().
  [[nodiscard]] http::Lines lines() const;

  // Answers, and counts the answer. May be called within the handler or on any later turn.
  void send(const http::Reply& reply,
            telemetry::CacheOutcome outcome = telemetry::CacheOutcome::none);

  // The same for bodies that are passed on while they come (http::Responder). The answer is counted
  // when it is over, by count().
  [[nodiscard]] http::OutgoingBody begin(const http::Reply& head,
                                         std::optional<std::uint64_t> length);
  void count(int status, std::uint64_t bytes,
             telemetry::CacheOutcome outcome = telemetry::CacheOutcome::none);
  // The same of an answer that will never come to its end.
  void count_broken(int status, std::uint64_t bytes, telemetry::BrokenBy by);
  [[nodiscard]] http::IncomingBody body() const { return responder_.body(); }
  void watch(http::Wake wake) { responder_.watch(std::move(wake)); }

  [[nodiscard]] std::string_view request_id() const { return {id_.data(), id_size_}; }
  [[nodiscard]] Clock::time_point started() const { return started_; }
  // False once the client is known to have gone.
  [[nodiscard]] bool wanted() const { return responder_.wanted(); }

 private:
  static constexpr std::size_t kMaxId = 128;

  struct Remembered;
  struct Forget {
    void operator()(Remembered* remembered) const;
  };
  void tell_log(int status, std::uint64_t bytes, telemetry::CacheOutcome outcome,
                std::chrono::nanoseconds took);

  http::Responder responder_;
  const Audit* audit_;
  std::unique_ptr<Remembered, Forget> remembered_;
  Clock::time_point started_;
  bool head_;
  bool timing_wanted_;
  std::uint8_t id_size_ = 0;
  std::array<char, kMaxId> id_;  // Only the first id_size_ bytes mean anything.
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_ANSWER_EXCHANGE_H_
