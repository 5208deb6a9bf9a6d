#include "proxy/exchange.h"

#include <algorithm>
#include <charconv>
#include <random>
#include <utility>

namespace likeness {
namespace {

bool plain_token(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' ||
           c == '_' || c == '.';
  });
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

Exchange::Exchange(const http::Request& request, http::Responder responder, RequestIds& ids,
                   telemetry::Metrics& metrics)
    : responder_(std::move(responder)),
      metrics_(&metrics),
      started_(Clock::now()),
      head_(request.method == http::Method::head) {
  auto given = request.header("x-request-id");
  if (given.empty()) given = request.header("client-request-id");
  const bool usable = !given.empty() && given.size() <= kMaxId && plain_token(given);
  id_size_ = static_cast<std::uint8_t>(usable ? given.copy(id_.data(), given.size())
                                              : ids.next(id_.data()));
}

http::Lines Exchange::lines() const {
  http::Lines lines;
  lines.line("X-Request-Id: ", request_id()).ready(route_lines);
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
  metrics_->answered(route, status, outcome, Clock::now() - started_, bytes);
}

}  // namespace likeness
