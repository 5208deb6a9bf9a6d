#include "proxy/origin/live_client.h"

#include <algorithm>
#include <utility>

#include "proxy/origin/service_error.h"

namespace likeness::origin {

struct LiveClient::Request {
  std::string url;
  std::vector<std::string> headers;
  Credentials caller;
  Done done;
  Clock::time_point deadline;
  Authorization token;
  bool renewed = false;
};

LiveClient::LiveClient(Loop& loop, const OriginSettings& settings, LiveShared& shared,
                       Trouble trouble)
    : loop_(loop),
      settings_(settings),
      shared_(shared),
      trouble_(trouble),
      client_(loop, settings, shared.policy),
      token_client_(loop, settings, shared.token_policy) {}

OriginStats LiveClient::stats() const {
  OriginStats stats = stats_;
  const OriginStats sent = client_.stats();
  stats.in_flight = sent.in_flight;
  stats.queued = std::max(0, stats_.queued - sent.in_flight);
  return stats;
}

void LiveClient::get(std::string url, std::vector<std::string> headers, const Credentials& caller,
                     Done done) {
  ++stats_.requests;
  ++stats_.queued;
  authorize(std::make_shared<Request>(std::move(url), std::move(headers), caller, std::move(done),
                                      loop_.now() + settings_.timeout, nullptr, false));
}

void LiveClient::answer_yes(Origin::Checked done) {
  loop_.post(lifetime_.bind([done = std::move(done)]() mutable { done({}); }));
}

std::optional<Error> LiveClient::shut() const {
  const auto wait = shared_.gate.remaining(loop_.now());
  if (wait.count() == 0) return std::nullopt;
  return Error{Errc::throttled, "the service has asked to come back later", wait};
}

void LiveClient::authorize(const RequestPtr& request) {
  if (auto error = shut()) return fail_later(request, std::move(*error));
  if (shared_.auth == Auth::caller && request->caller.empty())
    return fail_later(request, {Errc::origin_refused, "the caller has shown no proof", {}});
  if (shared_.auth != Auth::token) return wait_for_slot(request);
  shared_.tokens.get(loop_, token_client_,
                     lifetime_.bind([this, request](Result<Authorization> token) {
                       if (!token)
                         return finish(request, std::unexpected(std::move(token.error())));
                       request->token = std::move(*token);
                       wait_for_slot(request);
                     }));
}

void LiveClient::wait_for_slot(const RequestPtr& request) {
  shared_.slots->acquire(loop_, lifetime_.bind([this, request](Result<Slots::Hold> hold) {
    if (!hold) return finish(request, std::unexpected(std::move(hold.error())));
    if (auto error = shut()) return finish(request, std::unexpected(std::move(*error)));
    if (loop_.now() > request->deadline)
      return finish(request, fail(Errc::origin_timeout, "waited too long for the service"));
    send(request, std::move(*hold));
  }));
}

void LiveClient::send(const RequestPtr& request, Slots::Hold hold) {
  ClientRequest message{
      .url = request->url, .headers = request->headers, .max_body_bytes = shared_.max_bytes};
  if (request->token) message.headers.push_back("Authorization: " + *request->token);
  if (!request->caller.traceparent.empty())
    message.headers.push_back("traceparent: " + request->caller.traceparent);
  if (shared_.auth == Auth::caller && !request->caller.authorization.empty())
    message.headers.push_back("Authorization: " + request->caller.authorization);
  if (shared_.auth == Auth::caller && !request->caller.cookie.empty())
    message.headers.push_back("Cookie: " + request->caller.cookie);
  client_.send(std::move(message),
               [this, request, hold = std::move(hold)](Result<ClientResponse> response) {
                 received(request, std::move(response));
               });
}

void LiveClient::received(const RequestPtr& request, Result<ClientResponse> response) {
  if (!response) return finish(request, std::move(response));
  auto trouble = trouble_(*response, WallClock::now());
  if (!trouble) return finish(request, std::move(response));
  if (trouble->code == Errc::throttled) shared_.gate.shut(loop_.now() + trouble->retry_after);
  const bool refused = response->status == 401 && request->token && shared_.tokens.renews();
  if (!refused || std::exchange(request->renewed, true))
    return finish(request, std::unexpected(std::move(*trouble)));
  shared_.tokens.reject(request->token);
  authorize(request);
}

void LiveClient::finish(const RequestPtr& request, Result<ClientResponse> result) {
  --stats_.queued;
  if (!result && result.error().code != Errc::no_photo) ++stats_.errors;
  request->done(std::move(result));
}

void LiveClient::fail_later(const RequestPtr& request, Error error) {
  loop_.post(lifetime_.bind([this, request, error = std::move(error)]() mutable {
    finish(request, std::unexpected(std::move(error)));
  }));
}

LiveClient::Done as_photo(Origin::Done done) {
  return [done = std::move(done)](Result<ClientResponse> response) mutable {
    if (!response) return done(std::unexpected(std::move(response.error())));
    done(read_photo(std::move(*response)));
  };
}

Origin::Done as_check(Origin::Checked done) {
  return [done = std::move(done)](Result<Fetched> fetched) mutable {
    if (!fetched) return done(std::unexpected(std::move(fetched.error())));
    done({});
  };
}

}  // namespace likeness::origin
