#include "proxy/photo_answers.h"

#include <memory>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"
#include "proxy/http/conditions.h"
#include "proxy/http/forwarded.h"
#include "proxy/kept_request.h"
#include "proxy/photo/tags.h"

namespace likeness {

using dialects::Call;
using dialects::Dialect;
using http::Lines;
using http::Request;

namespace {

telemetry::CacheOutcome outcome_of(const photo::Found& found) {
  using telemetry::CacheOutcome;
  if (found.stale) return CacheOutcome::stale;
  if (found.shared && found.via >= photo::Via::rendered) return CacheOutcome::coalesced;
  switch (found.via) {
    case photo::Via::memory: return CacheOutcome::memory;
    case photo::Via::store: return CacheOutcome::redis;
    case photo::Via::rendered: return CacheOutcome::rendered;
    case photo::Via::fetched: return CacheOutcome::fetched;
    case photo::Via::revalidated: return CacheOutcome::revalidated;
  }
  return CacheOutcome::none;
}

// Of web pages' URLs alone: no other client knows this parameter.
std::string_view version_in(const Request& request, const Call& call) {
  if (call.dialect != Dialect::web) return {};
  return dialects::query_value(request.query, "v").value_or("");
}

Audience audience_of(const Exchange& exchange) {
  return exchange.confidential ? Audience::caller : Audience::anyone;
}

// The answer with a picture's bytes, or that the client has them.
void send_picture(Exchange& exchange, const Lines& lines, const cache::PicturePtr& picture,
                  bool same, telemetry::CacheOutcome outcome) {
  const std::shared_ptr<const void> keep = picture;
  exchange.send({.status = same ? 304 : 200,
                 .lines = lines.view(),
                 .head = picture->head,
                 .body = same ? std::string_view() : std::string_view(*picture->bytes),
                 .keep = &keep},
                outcome);
}

}  // namespace

PhotoAnswers::PhotoAnswers(Loop& loop, fallback::Fallbacks& fallbacks, const Settings& settings)
    : loop_(loop), fallbacks_(fallbacks), settings_(settings) {}

void PhotoAnswers::answer(const Request& request, const Call& call, Exchange& exchange,
                          const photo::Outcome& outcome) {
  if (outcome) return answer_found(request, call, exchange, *outcome);
  const photo::Failure& failure = outcome.error();
  auto wanted = fallbacks_.stand_in(request, call, failure.error.code, loop_.now());
  if (!wanted) return answer_failure(request, call, exchange, failure);
  if (const auto picture = fallbacks_.find(*wanted))
    return answer_stand_in(request, call, exchange, failure, picture);
  exchange.remember(request);
  fallbacks_.make(
      std::move(*wanted), loop_.now(),
      [this, kept = std::make_unique<KeptRequest>(request, call), failure, began = Clock::now(),
       exchange = std::move(exchange)](Result<cache::PicturePtr> picture) mutable {
        exchange.waited(&photo::Waits::imaging, began);
        if (picture) {
          answer_stand_in(kept->request(), kept->call(), exchange, failure, *picture);
        } else {
          answer_failure(kept->request(), kept->call(), exchange, failure);
        }
      });
}

void PhotoAnswers::answer_failure(const Request& request, const Call& call, Exchange& exchange,
                                  const photo::Failure& failure) {
  exchange.waits += failure.waits;
  Lines lines = exchange.lines();
  write_caching(lines, failure, loop_.wall(), settings_,
                {.audience = audience_of(exchange), .left = exchange.left});
  write_variance(lines, call);
  lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
  const bool negative = failure.error.code == Errc::no_photo;
  send_document(
      exchange, lines, dialects::status_of(call.dialect, failure.error.code),
      error_document(call.dialect, failure.error, request.header("accept"), exchange.request_id()),
      negative ? telemetry::CacheOutcome::negative : telemetry::CacheOutcome::error);
}

void PhotoAnswers::answer_stand_in(const Request& request, const Call& call, Exchange& exchange,
                                   const photo::Failure& failure,
                                   const cache::PicturePtr& picture) {
  exchange.waits += failure.waits;
  Lines lines = exchange.lines();
  write_caching(lines, failure, loop_.wall(), settings_,
                {.audience = audience_of(exchange), .fallback = true, .left = exchange.left});
  write_variance(lines, call);
  lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
  constexpr std::int64_t kNoDate = -1;
  const bool same = http::not_modified(request, picture->etag, kNoDate);
  send_picture(exchange, lines, picture, same, telemetry::CacheOutcome::negative);
}

void PhotoAnswers::answer_found(const Request& request, const Call& call, Exchange& exchange,
                                const photo::Found& found) {
  exchange.waits += found.waits;
  Lines lines = exchange.lines();
  write_caching(lines, found, loop_.wall(), settings_,
                {.audience = audience_of(exchange),
                 .version = version_in(request, call),
                 .left = exchange.left});
  write_variance(lines, call);
  if (call.form != dialects::Form::value) {
    lines.ready(photo::tag_lines(call.photo.view(), settings_.cdn));
    return send_document(exchange, lines, 200,
                         photo_document(call, found, http::base_url(request), request.path),
                         outcome_of(found));
  }
  const bool same =
      http::not_modified(request, found.picture->etag, WallClock::to_time_t(found.meta->modified));
  send_picture(exchange, lines, found.picture, same, outcome_of(found));
}

}  // namespace likeness
