#include "proxy/http/response_head.h"

#include <charconv>

namespace likeness::http {
namespace {

char* put_text(char* at, std::string_view text) { return at + text.copy(at, text.size()); }

}  // namespace

std::string_view DateLine::at(std::int64_t unix_seconds) {
  if (unix_seconds != second_) {
    write_date(unix_seconds, text_.data());
    second_ = unix_seconds;
  }
  return {text_.data(), text_.size()};
}

std::size_t write_frame(const ResponseFrame& frame, std::string_view date, char* into) {
  char* const end = into + kMaxFrame;
  // Answers to HTTP/1.0 say 1.1 as well: it is the server's version (RFC 9110 2.5).
  char* at = put_text(into, "HTTP/1.1 ");
  at = std::to_chars(at, end, frame.status).ptr;
  at = put_text(at, " ");
  at = put_text(at, reason(frame.status));
  at = put_text(at, "\r\nDate: ");
  at = put_text(at, date);
  if (frame.content_length) {
    at = put_text(at, "\r\nContent-Length: ");
    at = std::to_chars(at, end, *frame.content_length).ptr;
  }
  if (frame.chunked) at = put_text(at, "\r\nTransfer-Encoding: chunked");
  if (frame.persistence == Persistence::keep_alive) {
    at = put_text(at, "\r\nConnection: keep-alive");
  } else if (frame.persistence == Persistence::close) {
    at = put_text(at, "\r\nConnection: close");
  }
  at = put_text(at, "\r\n");
  return static_cast<std::size_t>(at - into);
}

}  // namespace likeness::http
