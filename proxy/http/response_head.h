#ifndef LIKENESS_PROXY_HTTP_RESPONSE_HEAD_H_
#define LIKENESS_PROXY_HTTP_RESPONSE_HEAD_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "proxy/http/message.h"

namespace likeness::http {

// What an answer says about its connection. HTTP/1.1 connections go on, and HTTP/1.0 ones end,
// without a word.
enum class Persistence : std::uint8_t { implied, keep_alive, close };

// The lines that the connection itself writes.
struct ResponseFrame {
  int status = 200;
  std::optional<std::uint64_t> content_length = {};
  bool chunked = false;
  Persistence persistence = Persistence::implied;
};

// The longest frame there is: every line at its longest is below 200 characters.
inline constexpr std::size_t kMaxFrame = 256;

// The present second as an HTTP date, written anew only when it changes. Loop-confined.
class DateLine {
 public:
  [[nodiscard]] std::string_view at(std::int64_t unix_seconds);

 private:
  std::int64_t second_ = -1;
  std::array<char, kDateLength> text_{};
};

// Does HTTP want no body of an answer with this status?
[[nodiscard]] inline bool has_no_body(int status) { return status == 204 || status == 304; }

// Writes status line, Date, Content-Length or Transfer-Encoding, and Connection, each with its
// CRLF; returns their size. REQUIRES: kMaxFrame bytes at `into`.
std::size_t write_frame(const ResponseFrame& frame, std::string_view date, char* into);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_RESPONSE_HEAD_H_
