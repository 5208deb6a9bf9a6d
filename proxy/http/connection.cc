#include "proxy/http/connection.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <ctime>
#include <exception>
#include <span>
#include <utility>

#include "proxy/http/proxy_protocol.h"
#include "proxy/telemetry/log.h"

namespace likeness::http {
namespace {

// How long a client may take to see our last words; then the connection goes in any case.
constexpr milliseconds kLingerTime{2'000};

iovec part(std::string_view text) { return {const_cast<char*>(text.data()), text.size()}; }

// What the socket took, 0 if it takes nothing now, -1 if it is broken.
ssize_t send_now(int fd, std::span<iovec> parts) {
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

bool has_no_body(int status) { return status == 204 || status == 304; }

}  // namespace

Responder::~Responder() {
  if (connection_.expired()) return;
  log::error("http: a request was dropped without an answer");
  send({.status = 500, .close = true});
}

void Responder::send(const Reply& reply) {
  if (const auto connection = std::exchange(connection_, {}).lock()) connection->answer(reply);
}

Connection::Connection(ConnectionContext& context, int fd, Peer peer)
    : context_(context),
      fd_(fd),
      peer_(std::move(peer)),
      reader_(context.settings, context.body_limit, context.message) {
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
  const auto self = shared_from_this();
  if (ready.write && phase_ == Phase::writing) flush();
  if (ready.read && wanted_.read && phase_ != Phase::closed) read();
  update_interest();
}

void Connection::read() {
  std::vector<char>& buffer = context_.read_buffer;
  const ssize_t got = ::recv(fd_, buffer.data(), buffer.size(), 0);
  if (got < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) close();
    return;
  }
  if (got == 0) {
    end_of_input_ = true;
    // A client that has only ended its own sending still gets the answer that it waits for.
    if (phase_ != Phase::handling && phase_ != Phase::writing) close();
    return;
  }
  context_.counters.bytes_in += static_cast<std::size_t>(got);
  if (phase_ == Phase::lingering) return;
  const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
  if (peer_.announced) return read_announcement(bytes);
  take_in(bytes);
}

void Connection::take_in(std::string_view bytes) {
  reader_.feed(bytes);
  process();
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
        transmit("HTTP/1.1 100 Continue\r\n\r\n", {}, nullptr);
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

// For input that waited behind an answer: whoever gave that answer must not find itself in the
// middle of the next request.
void Connection::process_later() {
  context_.loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (!self || self->phase_ == Phase::closed) return;
    self->process();
    self->reader_.keep();
    self->update_interest();
  });
}

void Connection::handle() {
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
  const bool last_request = end_of_input_ && reader_.buffered() == 0;
  close_after_ = !keep_alive_ || reply.close || context_.draining || last_request;
  ResponseFrame frame{.status = reply.status};
  if (!has_no_body(reply.status)) frame.content_length = reply.body.size();
  if (close_after_) {
    frame.persistence = Persistence::close;
  } else if (http10_) {
    frame.persistence = Persistence::keep_alive;
  }
  std::array<char, kMaxFrame> text;
  const auto date = context_.date_line.at(std::time(nullptr));
  const std::size_t length = write_frame(frame, date, text.data());
  context_.head.assign(text.data(), length).append(reply.lines).append(reply.head).append("\r\n");
  const bool no_body = head_only_ || has_no_body(reply.status);
  transmit(context_.head, no_body ? std::string_view() : reply.body, reply.keep);
  if (!processing_) update_interest();
}

void Connection::transmit(std::string_view head, std::string_view body,
                          const std::shared_ptr<const void>* keep) {
  std::array parts = {part(head), part(body)};
  const ssize_t result = send_now(fd_, parts);
  if (result < 0) return close();
  const auto sent = static_cast<std::size_t>(result);
  const std::size_t size = head.size() + body.size();
  context_.counters.bytes_out += sent;
  if (sent == size) return after_answer();
  if (size - sent > context_.settings.max_pending_output_bytes) return cut_off();
  // What the socket did not take: of the body by reference if it is kept alive, else a copy.
  const std::size_t of_head = std::min(sent, head.size());
  const std::string_view rest = body.substr(sent - of_head);
  unsent_.copied = head.substr(of_head);
  if (keep != nullptr && *keep != nullptr) {
    unsent_.kept = rest;
    unsent_.keep = *keep;
  } else {
    unsent_.copied.append(rest);
  }
  enter(Phase::writing);
}

void Connection::flush() {
  std::array<iovec, 2> parts = {part(std::string_view(unsent_.copied).substr(unsent_.copied_sent)),
                                part(unsent_.kept)};
  const std::size_t size = parts[0].iov_len + parts[1].iov_len;
  const ssize_t result = send_now(fd_, parts);
  if (result < 0) return close();
  const auto sent = static_cast<std::size_t>(result);
  context_.counters.bytes_out += sent;
  if (sent < size) {
    const std::size_t of_copy = std::min(sent, parts[0].iov_len);
    unsent_.copied_sent += of_copy;
    unsent_.kept.remove_prefix(sent - of_copy);
    if (sent > 0) enter(Phase::writing);  // The client reads: it gets more time.
    return;
  }
  unsent_ = {};
  after_answer();
}

void Connection::after_answer() {
  if (!close_after_) {
    enter(Phase::idle);
    const bool waiting = reader_.buffered() > 0 || reader_.in_body();
    if (!processing_ && (waiting || end_of_input_)) process_later();
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
  if (now < deadline_) return;
  switch (phase_) {
    case Phase::reading_head:
    case Phase::reading_body:
      ++context_.counters.timeouts;
      refuse(408);
      break;
    case Phase::writing: cut_off(); break;
    case Phase::idle:
    case Phase::lingering: close(); break;
    case Phase::handling:
    case Phase::closed: break;
  }
}

void Connection::drain() {
  // A request may be on its way.
  if (phase_ == Phase::idle) enter(Phase::idle);
}

void Connection::cut_off() {
  ++context_.counters.cut_off;
  // A reset, so that the kernel does not keep the unread output either.
  const linger reset{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  close();
}

void Connection::close() {
  if (std::exchange(phase_, Phase::closed) == Phase::closed) return;
  --context_.counters.open;
  context_.loop.unwatch(fd_);
  ::close(fd_);
  unsent_ = {};
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
    case Phase::writing: deadline_ = context_.loop.now() + settings.write_timeout; break;
    case Phase::lingering: deadline_ = context_.loop.now() + kLingerTime; break;
    // The handler has deadlines of its own and always answers.
    case Phase::handling:
    case Phase::closed: break;
  }
}

void Connection::update_interest() {
  if (phase_ == Phase::closed) return;
  const bool waiting = phase_ == Phase::handling || phase_ == Phase::writing;
  const bool full = waiting && reader_.buffered() >= context_.settings.max_head_bytes;
  const Loop::Ready wanted{.read = !end_of_input_ && !full, .write = phase_ == Phase::writing};
  if (wanted.read == wanted_.read && wanted.write == wanted_.write) return;
  wanted_ = wanted;
  context_.loop.rewatch(fd_, wanted);
}

}  // namespace likeness::http
