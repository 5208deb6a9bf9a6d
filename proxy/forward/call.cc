#include "proxy/forward/call.h"

#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/forward/headers.h"
#include "proxy/telemetry/log.h"

namespace likeness::forward {

Call::Call(Request request, Exchange exchange, const Forget& forget)
    : request_(std::move(request)), exchange_(std::move(exchange)), forget_(forget) {}

void Call::start(origin::HttpClient& client, origin::ClientRequest message) {
  const auto self = shared_from_this();
  if (request_.body)
    message.source->read = [self](std::span<char> into) { return self->read(into); };
  way_ = client.stream(
      std::move(message),
      {.head = [self](const origin::ClientResponse& response) { self->head(response); },
       .piece = [self](std::string_view bytes) { return self->piece(bytes); },
       .done = [self](const Result<void>& result) { self->done(result); }});
  exchange_.watch([weak = weak_from_this()] {
    if (const auto call = weak.lock()) call->look();
  });
}

// What the client has done.
void Call::look() {
  const bool sends = request_.body && !request_.body->complete();
  if (sends && request_.body->too_large()) {
    way_.cancel();
    return refuse({Errc::too_large, {}, {}});
  }
  const bool gone = answer_ ? !answer_->wanted() : !exchange_.wanted();
  const bool awaited = !request_.written.empty() || forgetting_;
  if ((gone && !awaited) || (sends && request_.body->failed())) return give_up();
  way_.resume();
}

void Call::give_up() {
  way_.cancel();
  if (answer_) exchange_.count_broken(status_, sent_, telemetry::BrokenBy::client);
  answer_.reset();
}

std::optional<std::size_t> Call::read(std::span<char> into) {
  const std::size_t size = request_.body->read(into.data(), into.size());
  if (size > 0 || request_.body->complete()) return size;
  return std::nullopt;
}

void Call::head(const origin::ClientResponse& response) {
  // Where a body is passed on as it comes, its client's pace is in this.
  exchange_.waited(&photo::Waits::origin, exchange_.started());
  head_ = response;
  status_ = response.status;
  // A call that was refused has changed nothing.
  const bool refused = response.status >= 300 && response.status < 500;
  if (refused) request_.written.clear();
  if (request_.written.empty()) return pass_on();
  forget_photos();
}

bool Call::piece(std::string_view bytes) {
  if (!answer_ || answer_->full()) return false;
  answer_->write(bytes);
  sent_ += bytes.size();
  return true;
}

void Call::done(const Result<void>& result) {
  if (forgetting_) {
    end_ = result;
    return;
  }
  // What broke off before its answer may have changed something.
  if (request_.written.empty()) return finish(result);
  end_ = result;
  forget_photos();
}

void Call::forget_photos() {
  forgetting_ = true;
  forget_(std::exchange(request_.written, {}), [self = shared_from_this()] {
    self->forgetting_ = false;
    if (self->head_ && (!self->end_ || *self->end_)) self->pass_on();
    if (self->end_) return self->finish(*self->end_);
    self->look();
  });
}

void Call::pass_on() {
  const origin::ClientResponse head = *std::exchange(head_, std::nullopt);
  const std::string lines = std::string(exchange_.lines().view()) + response_lines(head);
  answer_.emplace(exchange_.begin({.status = head.status, .lines = lines}, head.length()));
  // Where the service refuses a body that it has not seen the end of, libcurl has to be told.
  way_.resume();
}

void Call::finish(const Result<void>& result) {
  if (!result)
    log::warn("forwarding a call failed: {} ({})", result.error().detail,
              name(result.error().code));
  if (!answer_) {
    if (status_ == 0) exchange_.waited(&photo::Waits::origin, exchange_.started());
    return refuse(result.error());
  }
  if (!result) {
    answer_.reset();
    return exchange_.count_broken(status_, sent_, telemetry::BrokenBy::service);
  }
  answer_->end();
  answer_.reset();
  exchange_.count(status_, sent_);
}

void Call::refuse(Error error) {
  // The words for a photo that is too large would be wrong here.
  if (error.code == Errc::source_too_large) error.code = Errc::origin_failed;
  likeness::refuse(exchange_, request_.dialect, error, request_.accept);
}

}  // namespace likeness::forward
