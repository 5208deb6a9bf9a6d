#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "proxy/http/connection.h"
#include "proxy/telemetry/log.h"

namespace likeness::http {

// Responder and the bodies: handles on a connection's members.

Responder::~Responder() {
  const auto connection = connection_.lock();
  // The connection itself may have refused the rest of the request.
  if (!connection || connection->phase_ != Connection::Phase::handling) return;
  log::error("http: a request was dropped without an answer");
  send({.status = 500, .close = true});
}

void Responder::send(const Reply& reply) {
  if (const auto connection = std::exchange(connection_, {}).lock()) connection->answer(reply);
}

OutgoingBody Responder::begin(const Reply& head, std::optional<std::uint64_t> length) {
  if (const auto connection = connection_.lock()) connection->begin(head, length);
  return OutgoingBody(std::exchange(connection_, {}));
}

IncomingBody Responder::body() const {
  const auto connection = connection_.lock();
  return {connection_, connection ? connection->requests_ : 0};
}

void Responder::watch(Wake wake) {
  if (const auto connection = connection_.lock()) connection->watch(std::move(wake));
}

std::shared_ptr<Connection> IncomingBody::connection() const {
  auto connection = connection_.lock();
  const bool ours = connection && connection->requests_ == request_ && connection->is_at_work();
  return ours ? connection : nullptr;
}

std::size_t IncomingBody::read(char* into, std::size_t size) {
  const auto connection = this->connection();
  return connection ? connection->read_body(into, size) : 0;
}

bool IncomingBody::complete() const {
  const auto connection = this->connection();
  return connection && !connection->reader_.body_follows() && connection->reader_.body().empty();
}

bool IncomingBody::failed() const { return connection() == nullptr; }

bool IncomingBody::too_large() const {
  const auto connection = this->connection();
  return connection && connection->reader_.status() == 413;
}

OutgoingBody::~OutgoingBody() {
  const auto connection = connection_.lock();
  if (connection && connection->is_streaming()) connection->reset();
}

void OutgoingBody::write(std::string_view piece) {
  if (const auto connection = connection_.lock()) connection->write_body(piece);
}

bool OutgoingBody::full() const {
  const auto connection = connection_.lock();
  return connection && connection->output_.waiting() >= kBodyBuffer;
}

void OutgoingBody::end() {
  if (const auto connection = std::exchange(connection_, {}).lock()) connection->end_body();
}

// The waking of the handler.

Connection::Streaming& Connection::streaming() {
  if (!streaming_) streaming_ = std::make_unique<Streaming>();
  return *streaming_;
}

void Connection::watch(Wake wake) {
  if (is_at_work()) streaming().wake = std::make_shared<Wake>(std::move(wake));
}

void Connection::wake_later() {
  if (!streaming_ || !streaming_->wake) return;
  context_.loop.post([wake = streaming_->wake] { (*wake)(); });
}

// An answer's body.

void Connection::begin(const Reply& reply, std::optional<std::uint64_t> length) {
  if (phase_ != Phase::handling) return;
  Streaming& body = streaming();
  body.to_come = length.value_or(0);
  if (head_only_ || has_no_body(reply.status)) {
    body.framing = Framing::none;
  } else if (length) {
    body.framing = Framing::counted;
  } else {
    body.framing = http10_ ? Framing::until_close : Framing::chunked;
  }
  keep_alive_ = keep_alive_ && body.framing != Framing::until_close;
  ResponseFrame frame{.status = reply.status, .chunked = body.framing == Framing::chunked};
  if (!has_no_body(reply.status)) frame.content_length = length;
  make_head(reply, frame);
  enter(Phase::streaming);
  transmit(std::array{std::string_view(context_.head)});
  if (!processing_) update_interest();
}

void Connection::write_body(std::string_view piece) {
  if (!is_streaming() || piece.empty() || streaming_->framing == Framing::none) return;
  if (streaming_->framing == Framing::chunked) {
    std::array<char, 2 * sizeof(std::size_t) + 2> head;
    char* end = std::to_chars(head.data(), head.data() + head.size(), piece.size(), 16).ptr;
    *end++ = '\r';
    *end++ = '\n';
    transmit(std::array{std::string_view(head.data(), end), piece, std::string_view("\r\n")});
    return update_interest();
  }
  if (streaming_->framing == Framing::counted) {
    // More than its head has said would be taken for the next answer.
    if (piece.size() > streaming_->to_come) return reset();
    streaming_->to_come -= piece.size();
  }
  transmit(std::array{piece});
  update_interest();
}

void Connection::end_body() {
  if (!is_streaming()) return;
  if (streaming_->framing == Framing::counted && streaming_->to_come > 0) return reset();
  if (streaming_->framing == Framing::chunked &&
      !transmit(std::array{std::string_view("0\r\n\r\n")}))
    return;
  after_writing();
  update_interest();
}

// A request's body.

bool Connection::reads_body() const {
  return is_at_work() && streaming_ && streaming_->asked_for && reader_.body_follows() &&
         reader_.status() == 0;
}

std::size_t Connection::read_body(char* into, std::size_t size) {
  Streaming& body = streaming();
  if (!std::exchange(body.asked_for, true)) {
    body.body_time_left = context_.settings.body_timeout;
    body.reading_since = context_.loop.now();
    if (reader_.body_waits() && !transmit(std::array{kContinue})) return 0;
    // What came with the head.
    if (reader_.buffered() > 0) take_in_body();
  }
  const std::size_t taken = reader_.body().copy(into, size);
  if (taken > 0) reader_.take_body(taken);
  if (end_of_input_ && reads_body()) close();
  update_interest();
  return taken;
}

void Connection::take_in_body() {
  const auto step = reader_.next_of_body();
  if (step != RequestReader::Step::refused) return wake_later();
  if (reader_.status() == 413) {
    ++context_.counters.bad_requests;
    return wake_later();
  }
  phase_ == Phase::handling ? refuse(reader_.status()) : reset();
}

bool Connection::body_is_late(Clock::time_point now) const {
  return reads_body() && wanted_.read &&
         now - streaming_->reading_since >= streaming_->body_time_left;
}

void Connection::count_body_time(bool reading) {
  if (reading == wanted_.read) return;
  const auto now = context_.loop.now();
  if (reading) {
    streaming_->reading_since = now;
  } else {
    streaming_->body_time_left -=
        std::chrono::duration_cast<milliseconds>(now - streaming_->reading_since);
  }
}

}  // namespace likeness::http
