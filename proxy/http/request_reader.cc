#include "proxy/http/request_reader.h"

#include <cassert>
#include <utility>

#include "proxy/http/request_parser.h"

namespace likeness::http {

// A request that did not come in one piece: its own copy of the head, and the parser that waits for
// the rest of the body.
struct RequestReader::Pending {
  Pending(std::string_view head_bytes, const HttpSettings& settings, const BodyRules& body_rules)
      : head(head_bytes), parser(message, settings, body_rules) {}

  std::string head;
  Message message;
  RequestParser parser;
  bool continued = false;
  bool follows = false;        // It has been handed out, and its body is read by next_of_body().
  std::size_t body_taken = 0;  // Of message.body.
};

RequestReader::RequestReader(const HttpSettings& settings, const BodyRules& body_rules,
                             Message& shared)
    : settings_(settings), body_rules_(body_rules), shared_(shared), current_(&shared) {}

RequestReader::~RequestReader() = default;

void RequestReader::feed(std::string_view bytes) {
  assert(!borrowed_);
  if (input_.empty()) {
    input_ = bytes;
    borrowed_ = true;
    return;
  }
  buffer_.erase(0, static_cast<std::size_t>(input_.data() - buffer_.data()));
  buffer_.append(bytes);
  input_ = buffer_;
}

void RequestReader::keep() {
  // A connection between two requests should cost little: nothing is kept for later.
  constexpr std::size_t kWorthFreeing = 1024;
  release();
  if (borrowed_ && !input_.empty()) {
    buffer_.assign(input_);
    input_ = buffer_;
  }
  borrowed_ = false;
  if (!input_.empty()) return;
  input_ = {};
  if (buffer_.capacity() > kWorthFreeing) std::exchange(buffer_, {}).clear();
}

void RequestReader::release() {
  if (pending_ && pending_->parser.is_done() && !pending_->follows) pending_.reset();
  current_ = &shared_;
}

RequestReader::Step RequestReader::next() {
  if (status_ != 0) return Step::refused;
  if (pending_ && pending_->follows) pending_.reset();
  release();
  if (pending_) return read_body();
  if (!looked_) skip_empty_lines();
  if (input_.empty() || input_ == "\r") return Step::more;
  if (!std::exchange(looked_, true)) {
    const Step step = read_head();
    if (step != Step::more || in_body()) return step;
    line_seen_ = input_.contains('\n');
  }
  return scan_lines();
}

// Old clients send an empty line after a body; RFC 9112 2.2 lets it pass.
void RequestReader::skip_empty_lines() {
  while (input_.starts_with("\r\n")) input_.remove_prefix(2);
}

// Looks through the lines that have come since the last time. Parsing pays off for fresh bytes,
// after the first line (to refuse early what is no HTTP), and at the end of the head.
RequestReader::Step RequestReader::scan_lines() {
  for (;;) {
    const auto end = input_.find('\n', scanned_);
    if (end == std::string_view::npos) break;
    scanned_ = end + 1;
    if (input_[end - 1] != '\r') return refuse(400);
    const bool first_line = !std::exchange(line_seen_, true);
    if (!first_line && input_[end - 2] != '\n') continue;
    const Step step = read_head();
    if (step != Step::more || in_body()) return step;
  }
  scanned_ = input_.size();
  return more_head();
}

// The end of the head has not come yet: may it still come within the limits?
RequestReader::Step RequestReader::more_head() {
  const std::size_t longest_line = settings_.max_target_bytes + RequestParser::kRestOfLine;
  if (!line_seen_ && input_.size() > longest_line) return refuse(414);
  if (input_.size() > settings_.max_head_bytes) return refuse(431);
  return Step::more;
}

RequestReader::Step RequestReader::read_head() {
  RequestParser parser(shared_, settings_, body_rules_);
  const auto head = parser.parse_head(input_);
  if (head.status == RequestParser::kNeedMore) return Step::more;
  if (head.status != 0) return refuse(head.status);
  if (parser.is_done()) return hand_out(shared_, head.consumed);
  if (shared_.body_left) return hand_out(shared_, head.consumed);
  const std::size_t rest = input_.size() - head.consumed;
  if (parser.body_size() > rest) return start_body(head.consumed);
  const auto body = parser.parse_body(input_.substr(head.consumed));
  if (body.status == RequestParser::kNeedMore) return start_body(head.consumed);
  if (shared_.request.body_too_large) return hand_out(shared_, input_.size());
  if (body.status != 0) return refuse(body.status);
  if (!parser.is_done()) return start_body(head.consumed);
  shared_.request.body_follows = false;
  return hand_out(shared_, head.consumed + body.consumed);
}

RequestReader::Step RequestReader::start_body(std::size_t head_size) {
  pending_ = std::make_unique<Pending>(input_.substr(0, head_size), settings_, body_rules_);
  consume(head_size);
  const auto head = pending_->parser.parse_head(pending_->head);
  assert(head.status == 0 && head.consumed == head_size);
  if (head.status != 0) return refuse(head.status);
  if (!pending_->message.request.body_follows) return read_body();
  pending_->follows = true;
  pending_->parser.read_in_pieces();
  return hand_out(pending_->message, 0);
}

RequestReader::Step RequestReader::read_body() {
  if (pending_->message.expects_continue && input_.empty() &&
      !std::exchange(pending_->continued, true)) {
    return Step::send_continue;
  }
  const auto body = pending_->parser.parse_body(input_);
  consume(body.consumed);
  if (pending_->message.request.body_too_large) return hand_out(pending_->message, input_.size());
  if (body.status != 0 && body.status != RequestParser::kNeedMore) return refuse(body.status);
  if (pending_->parser.is_done()) return hand_out(pending_->message, 0);
  // What is left is the unfinished header of one chunk, or trailers.
  return input_.size() > settings_.max_head_bytes ? refuse(431) : Step::more;
}

RequestReader::Step RequestReader::next_of_body() {
  if (status_ != 0) return Step::refused;
  Message& message = pending_->message;
  message.body.erase(0, std::exchange(pending_->body_taken, 0));
  current_ = &shared_;
  const auto body = pending_->parser.parse_body(input_);
  consume(body.consumed);
  if (message.request.body_too_large) return refuse(413);
  if (body.status != 0 && body.status != RequestParser::kNeedMore) return refuse(body.status);
  if (pending_->parser.is_done()) return Step::request;
  return input_.size() > settings_.max_head_bytes ? refuse(431) : Step::more;
}

bool RequestReader::body_follows() const {
  return pending_ && pending_->follows && !pending_->parser.is_done();
}

bool RequestReader::body_waits() const {
  return body_follows() && pending_->message.expects_continue && input_.empty();
}

std::string_view RequestReader::body() const {
  if (!pending_ || !pending_->follows) return {};
  return std::string_view(pending_->message.body).substr(pending_->body_taken);
}

void RequestReader::take_body(std::size_t bytes) { pending_->body_taken += bytes; }

RequestReader::Step RequestReader::refuse(int status) {
  status_ = status;
  return Step::refused;
}

RequestReader::Step RequestReader::hand_out(Message& message, std::size_t consumed) {
  consume(consumed);
  current_ = &message;
  message.request.headers = message.headers;
  if (message.request.body.empty()) message.request.body = message.body;
  return Step::request;
}

void RequestReader::consume(std::size_t bytes) {
  input_.remove_prefix(bytes);
  scanned_ = 0;
  looked_ = false;
  line_seen_ = false;
}

}  // namespace likeness::http
