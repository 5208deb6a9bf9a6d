#ifndef LIKENESS_PROXY_HTTP_LINES_H_
#define LIKENESS_PROXY_HTTP_LINES_H_

#include <charconv>
#include <concepts>
#include <string_view>

namespace likeness::http {

// Header lines written into a buffer on the stack, for answers that may not allocate. What does not
// fit is left out whole, so the lines are always complete. Loop-confined.
class Lines {
 public:
  // Writes one line, "Name: value\r\n", of texts and whole numbers.
  template <class... Parts>
  Lines& line(const Parts&... parts) {
    const std::size_t start = size_;
    if (!(put(parts) && ...) || !put(std::string_view("\r\n"))) size_ = start;
    return *this;
  }

  // Adds lines that are ready, each with its CRLF.
  Lines& ready(std::string_view lines) {
    put(lines);
    return *this;
  }

  [[nodiscard]] std::string_view view() const { return {buffer_, size_}; }

 private:
  bool put(std::string_view text) {
    if (text.size() > sizeof buffer_ - size_) return false;
    text.copy(buffer_ + size_, text.size());
    size_ += text.size();
    return true;
  }
  bool put(std::integral auto number) {
    const auto [end, error] = std::to_chars(buffer_ + size_, buffer_ + sizeof buffer_, number);
    if (error != std::errc()) return false;
    size_ = static_cast<std::size_t>(end - buffer_);
    return true;
  }

  char buffer_[2048];
  std::size_t size_ = 0;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_LINES_H_
