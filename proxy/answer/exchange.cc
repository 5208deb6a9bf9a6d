#include "proxy/answer/exchange.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

#include "proxy/telemetry/log.h"

namespace likeness {
namespace {

bool plain_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  });
}

// Server-Timing (W3C), in milliseconds: what the answer has waited for, and the whole until now.
void write_timing(http::Lines& lines, const photo::Waits& waits, std::chrono::nanoseconds total) {
  std::string text = "Server-Timing: ";
  const auto add = [&text](std::string_view name, std::chrono::nanoseconds time) {
    if (time.count() == 0) return;
    constexpr double kPerMillisecond = 1e6;
    text +=
        fmt::format("{};dur={:.3f}, ", name, static_cast<double>(time.count()) / kPerMillisecond);
  };
  add("redis", waits.store);
  add("origin", waits.origin);
  add("imaging", waits.imaging);
  add("contacts", waits.contacts);
  add("total", total);
  text.resize(text.size() - 2);
  lines.line(text);
}

}  // namespace

RequestIds::RequestIds() {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::random_device random;
  for (int i = 0; i < 12; ++i) prefix_ += kDigits[random() % kDigits.size()];
  prefix_ += '-';
}

std::size_t RequestIds::next(char* into) {
  constexpr std::size_t kMost = 32;
  prefix_.copy(into, prefix_.size());
  const auto end = std::to_chars(into + prefix_.size(), into + kMost, ++last_).ptr;
  return static_cast<std::size_t>(end - into);
}

// What a log's line says of a request.
struct Exchange::Remembered {
  explicit Remembered(const http::Request& request)
      : client(request.client),
        method(request.method_name),
        target(telemetry::redacted(request.target)),
        referer(request.header("referer")),
        agent(request.header("user-agent")),
        http10(request.http10) {}
  std::string client;
  std::string method;
  std::string target;
  std::string referer;
  std::string agent;
  bool http10;
};

void Exchange::Forget::operator()(Remembered* remembered) const { delete remembered; }

Exchange::Exchange(const http::Request& request, http::Responder responder, RequestIds& ids,
                   const Audit& audit)
    : responder_(std::move(responder)),
      audit_(&audit),
      started_(Clock::now()),
      head_(request.method == http::Method::head),
      timing_wanted_(request.header("x-server-timing") == "1") {
  if (audit.access_log.on()) remembered_.reset(new Remembered(request));
  auto given = request.header("x-request-id");
  if (given.empty()) given = request.header("client-request-id");
  const bool usable = !given.empty() && given.size() <= kMaxId && plain_token(given);
  id_size_ = static_cast<std::uint8_t>(usable ? given.copy(id_.data(), given.size())
                                              : ids.next(id_.data()));
}

http::Lines Exchange::lines() const {
  http::Lines lines;
  lines.line("X-Request-Id: ", request_id()).ready(route_lines);
  if (timing_wanted_) write_timing(lines, waits, Clock::now() - started_);
  return lines;
}

void Exchange::send(const http::Reply& reply, telemetry::CacheOutcome outcome) {
  responder_.send(reply);
  count(reply.status, head_ ? 0 : reply.body.size(), outcome);
}

http::OutgoingBody Exchange::begin(const http::Reply& head, std::optional<std::uint64_t> length) {
  return responder_.begin(head, length);
}

void Exchange::count(int status, std::uint64_t bytes, telemetry::CacheOutcome outcome) {
  const auto took = Clock::now() - started_;
  audit_->metrics.answered(route, status, outcome, took, bytes);
  if (remembered_) tell_log(status, bytes, outcome, took);
}

void Exchange::count_broken(int status, std::uint64_t bytes, telemetry::BrokenBy by) {
  audit_->metrics.broke_off(by);
  count(status, bytes);
}

void Exchange::remember(const http::Request& request) {
  if (!remembered_ && audit_->slow.count() > 0) remembered_.reset(new Remembered(request));
}

void Exchange::tell_log(int status, std::uint64_t bytes, telemetry::CacheOutcome outcome,
                        std::chrono::nanoseconds took) {
  if (audit_->access_log.on())
    audit_->access_log.write({.time = WallClock::now(),
                              .client = remembered_->client,
                              .method = remembered_->method,
                              .target = remembered_->target,
                              .http10 = remembered_->http10,
                              .status = status,
                              .bytes = bytes,
                              .referer = remembered_->referer,
                              .agent = remembered_->agent,
                              .request_id = request_id(),
                              .took = took,
                              .route = route,
                              .outcome = outcome});
  if (audit_->slow.count() == 0 || took < audit_->slow) return;
  const auto ms = [](std::chrono::nanoseconds time) {
    return std::chrono::round<milliseconds>(time).count();
  };
  log::warn(
      "slow: {} {} took {} ms: redis {} ms, origin {} ms, imaging {} ms, contacts {} ms "
      "(request {})",
      remembered_->method, remembered_->target, ms(took), ms(waits.store), ms(waits.origin),
      ms(waits.imaging), ms(waits.contacts), request_id());
}

}  // namespace likeness
