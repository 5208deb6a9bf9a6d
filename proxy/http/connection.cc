#include "proxy/http/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <exception>
#include <utility>

#include "proxy/http/proxy_protocol.h"
#include "proxy/telemetry/log.h"

namespace likeness::http {
namespace {

// How long a client may take to see our last words; then the connection goes in any case.
constexpr milliseconds kLingerTime{2'000};
}  // namespace

Connection::Connection(ConnectionContext& context, int fd, Peer peer)
    : context_(context),
      fd_(fd),
      peer_(std::move(peer)),
      reader_(context.settings, context.body_rules, context.message),
      output_(fd, context.settings.max_pending_output_bytes, context.counters.bytes_out) {
  ++context_.counters.open;
}

Connection::~Connection() {
  if (phase_ == Phase::closed) return;
  --context_.counters.open;
  context_.loop.unwatch(fd_);
  ::close(fd_);
}

void Connection::start() {
  enter(Phase::idle);
  context_.loop.watch(fd_, wanted_, [this](Loop::Ready ready) { on_ready(ready); });
}

void Connection::on_ready(Loop::Ready ready) {
  due_.send = due_.send || (ready.write && output_.waiting() > 0);
  due_.receive = due_.receive || (ready.read && wanted_.read);
  join_turn();
}

void Connection::join_turn() {
  if (!std::exchange(in_turn_, true)) context_.turn->add(shared_from_this());
}

bool Connection::is_to_receive(SocketCalls::Receive& receive) {
  receive.fd = fd_;
  return std::exchange(due_.receive, false) && phase_ != Phase::closed;
}

void Connection::received(const SocketCalls::Receive& received) {
  if (phase_ == Phase::closed) return;
  const ssize_t got = received.result;
  if (got < 0) {
    if (!is_for_later(got)) close();
    return;
  }
  if (got == 0) {
    end_of_input_ = true;
    // A client that has only ended its own sending still gets the answer that it waits for.
    const bool waits = is_at_work() || phase_ == Phase::writing;
    if (!waits || reads_body()) close();
    return;
  }
  context_.counters.bytes_in += static_cast<std::size_t>(got);
  if (phase_ == Phase::lingering) return;
  const std::string_view bytes(received.into.data(), static_cast<std::size_t>(got));
  if (peer_.announced) return read_announcement(bytes);
  take_in(bytes);
}

void Connection::take_in(std::string_view bytes) {
  reader_.feed(bytes);
  if (reads_body()) {
    take_in_body();
  } else {
    process();
  }
  reader_.keep();
}

// The client that the header names is the peer from now on.
void Connection::read_announcement(std::string_view bytes) {
  announcement_ += bytes;
  const ProxyHeader header = read_proxy_header(announcement_);
  if (header.state == ProxyHeader::State::more) return;
  if (header.state == ProxyHeader::State::bad) {
    ++context_.counters.bad_requests;
    return close();
  }
  peer_.announced = false;
  if (header.client) {
    peer_.address = header.client;
    peer_.name = to_text(*header.client);
    peer_.trusted = context_.trusted.contains(*header.client);
  }
  peer_.tls = header.tls;
  const std::string all = std::exchange(announcement_, {});
  if (all.size() > header.size) take_in(std::string_view(all).substr(header.size));
}

// Handles the requests that have come, until one is not complete or not answered yet.
void Connection::process() {
  processing_ = true;
  bool more = false;
  while (!more && phase_ <= Phase::reading_body) {
    switch (reader_.next()) {
      case RequestReader::Step::request: handle(); break;
      case RequestReader::Step::refused: refuse(reader_.status()); break;
      case RequestReader::Step::send_continue: {
        close_after_ = false;
        if (transmit(std::array{kContinue})) after_writing();
        break;
      }
      case RequestReader::Step::more: more = true; break;
    }
  }
  processing_ = false;
  if (!more) return;
  Phase phase = Phase::idle;
  if (reader_.in_body()) {
    phase = Phase::reading_body;
  } else if (reader_.buffered() > 0) {
    phase = Phase::reading_head;
  }
  if (end_of_input_) return close();
  if (phase != phase_) enter(phase);
}

void Connection::process_rest() {
  if (!std::exchange(due_.process, false) || phase_ == Phase::closed) return;
  process();
  reader_.keep();
}

void Connection::handle() {
  ++requests_;
  Request request = reader_.request();
  request.client = peer_.name;
  request.address = peer_.address;
  request.operators = peer_.operators;
  if (peer_.tls) request.scheme = "https";
  if (peer_.trusted) believe_forwarded(request, context_.trusted, context_.forwarded_by);
  head_only_ = request.method == Method::head;
  http10_ = request.http10;
  keep_alive_ = reader_.keep_alive();
  linger_after_ = reader_.body_left();
  enter(Phase::handling);
  // Unwinding drops the responder, and that answers 500.
  try {
    context_.handler(request, Responder(weak_from_this()));
  } catch (const std::exception& error) {
    log::error("http: the handler threw: {}", error.what());
  } catch (...) {
    log::error("http: the handler threw something unknown");
  }
}

void Connection::refuse(int status) {
  ++context_.counters.bad_requests;
  wake_later();
  enter(Phase::handling);
  head_only_ = false;
  linger_after_ = true;
  answer({.status = status,
          .lines = "Content-Type: text/plain; charset=utf-8\r\n",
          .body = reason(status),
          .close = true});
}

void Connection::answer(const Reply& reply) {
  if (phase_ != Phase::handling) return;
  ResponseFrame frame{.status = reply.status};
  if (!has_no_body(reply.status)) frame.content_length = reply.body.size();
  make_head(reply, frame);
  const bool no_body = head_only_ || has_no_body(reply.status);
  output_.hold(context_.head, no_body ? std::string_view() : reply.body, reply.keep);
  phase_ = Phase::writing;
  await_reader();
  due_.send = true;
  join_turn();
}

void Connection::make_head(const Reply& reply, ResponseFrame frame) {
  // A body that the client is still sending must not be taken for its next request.
  const bool body_left = reader_.body_follows();
  linger_after_ = linger_after_ || body_left;
  const bool last_request = end_of_input_ && reader_.buffered() == 0;
  close_after_ = !keep_alive_ || reply.close || context_.draining || last_request || body_left;
  if (close_after_) {
    frame.persistence = Persistence::close;
  } else if (http10_) {
    frame.persistence = Persistence::keep_alive;
  }
  std::array<char, kMaxFrame> text;
  const auto date = context_.date_line.at(WallClock::to_time_t(context_.loop.wall()));
  const std::size_t length = write_frame(frame, date, text.data());
  context_.head.assign(text.data(), length).append(reply.lines).append(reply.head).append("\r\n");
}

bool Connection::transmit(std::span<const std::string_view> parts) {
  const bool waited = output_.waiting() > 0;
  switch (output_.send(parts)) {
    case Output::Result::sent: break;
    case Output::Result::waiting:
      if (!waited) await_reader();
      break;
    case Output::Result::too_much: cut_off(); break;
    case Output::Result::broken: close(); break;
  }
  return phase_ != Phase::closed;
}

bool Connection::is_to_send(SocketCalls::Send& send) {
  if (!std::exchange(due_.send, false) || output_.waiting() == 0) return false;
  output_.prepare(send);
  return true;
}

void Connection::sent(const SocketCalls::Send& sent) {
  if (phase_ == Phase::closed) return;
  switch (output_.sent(sent.result)) {
    case Output::Result::sent:
    case Output::Result::waiting: break;
    case Output::Result::too_much: return cut_off();
    case Output::Result::broken: return close();
  }
  if (sent.result <= 0) return;
  await_reader();  // The client reads: it gets more time.
  if (output_.waiting() > 0) return;
  if (phase_ == Phase::writing) return after_answer();
  if (is_streaming()) wake_later();
}

void Connection::settle() {
  in_turn_ = false;
  if (phase_ == Phase::closed) return;
  update_interest();
  if (due_.receive || due_.process || due_.send) join_turn();
}

void Connection::after_writing() {
  if (output_.waiting() == 0) return after_answer();
  phase_ = Phase::writing;
}

void Connection::after_answer() {
  streaming_.reset();
  if (!close_after_) {
    enter(Phase::idle);
    const bool waiting = reader_.buffered() > 0 || reader_.in_body();
    // Not at once: whoever gave the answer must not find itself in the middle of the next request.
    if (!processing_ && (waiting || end_of_input_)) {
      due_.process = true;
      join_turn();
    }
    return;
  }
  // Closing with input unread makes the kernel send a reset, which can overtake the answer. Only a
  // client that wanted to end here sends nothing more.
  const bool expected = !keep_alive_ && !linger_after_ && reader_.buffered() == 0;
  if (end_of_input_ || expected) return close();
  ::shutdown(fd_, SHUT_WR);
  enter(Phase::lingering);
}

void Connection::check_deadline(Clock::time_point now) {
  if (body_is_late(now)) {
    ++context_.counters.timeouts;
    return phase_ == Phase::handling ? refuse(408) : reset();
  }
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::reading_head:
    case Phase::reading_body:
      ++context_.counters.timeouts;
      refuse(408);
      break;
    // The handler has deadlines of its own and always answers; the client has to read.
    case Phase::handling:
    case Phase::streaming:
    case Phase::writing:
      if (output_.waiting() > 0) cut_off();
      break;
    case Phase::idle:
    case Phase::lingering: close(); break;
    case Phase::closed: break;
  }
}

void Connection::drain() {
  // A request may be on its way.
  if (phase_ == Phase::idle) enter(Phase::idle);
}

void Connection::cut_off() {
  ++context_.counters.cut_off;
  reset();
}

void Connection::reset() {
  // The kernel does not keep the unread output either.
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  close();
}

void Connection::close() {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  --context_.counters.open;
  context_.loop.unwatch(fd_);
  ::close(fd_);
  output_.forget();
  wake_later();
  context_.closed(*this);
}

void Connection::enter(Phase phase) {
  const HttpSettings& settings = context_.settings;
  phase_ = phase;
  switch (phase) {
    case Phase::idle:
      deadline_ = context_.loop.now() +
                  (context_.draining ? settings.drain_idle_timeout : settings.idle_timeout);
      break;
    case Phase::reading_head: deadline_ = context_.loop.now() + settings.head_timeout; break;
    case Phase::reading_body: deadline_ = context_.loop.now() + settings.body_timeout; break;
    case Phase::lingering: deadline_ = context_.loop.now() + kLingerTime; break;
    // What waits for the socket has one (await_reader).
    case Phase::handling:
    case Phase::streaming:
    case Phase::writing:
    case Phase::closed: break;
  }
}

void Connection::await_reader() {
  deadline_ = context_.loop.now() + context_.settings.write_timeout;
}

void Connection::update_interest() {
  if (phase_ == Phase::closed) return;
  const bool in_body = reads_body();
  const bool waiting = is_at_work() || phase_ == Phase::writing;
  const bool full = in_body ? reader_.body().size() >= kBodyBuffer
                            : waiting && reader_.buffered() >= context_.settings.max_head_bytes;
  const Loop::Ready wanted{.read = !end_of_input_ && !full, .write = output_.waiting() > 0};
  if (in_body) count_body_time(wanted.read);
  if (wanted.read == wanted_.read && wanted.write == wanted_.write) return;
  wanted_ = wanted;
  context_.loop.rewatch(fd_, wanted);
}

}  // namespace likeness::http
