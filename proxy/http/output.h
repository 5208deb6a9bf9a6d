#ifndef LIKENESS_PROXY_HTTP_OUTPUT_H_
#define LIKENESS_PROXY_HTTP_OUTPUT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "proxy/http/socket_calls.h"

namespace likeness::http {

// An Output writes to a connection's socket, and holds what the socket does not take until it does.
// What is sent goes out in the order of sending. Pieces of a body are sent as they come; whole
// answers wait for the end of the turn (turn.h). What the socket takes at once allocates nothing.
//
// Does not own its descriptor. Loop-confined.
class Output {
 public:
  enum class Result : std::uint8_t {
    sent,      // Nothing waits.
    waiting,   // The rest waits: flush() once the socket can be written to.
    too_much,  // More would wait than may; what was to be sent is lost.
    broken,    // The socket is.
  };
  static constexpr std::size_t kMaxParts = 3;

  // At most `most` bytes may wait. Counts in `bytes_out`, which outlives the output, what the
  // socket takes.
  Output(int fd, std::size_t most, std::uint64_t& bytes_out)
      : fd_(fd), most_(most), bytes_out_(bytes_out) {}

  // Sends at once; what then waits is a copy.
  // REQUIRES: at most kMaxParts parts; no body waits that is kept.
  Result send(std::span<const std::string_view> parts);
  // Has an answer wait: copied, but for a body that `keep` keeps alive. However large it is, it is
  // not too much before the socket has been tried.
  // REQUIRES: no body waits that is kept.
  void hold(std::string_view head, std::string_view body, const std::shared_ptr<const void>* keep);

  // What waits, for SocketCalls; and what came of sending it.
  void prepare(SocketCalls::Send& send) const;
  Result sent(ssize_t result);

  // Bytes.
  [[nodiscard]] std::size_t waiting() const { return copied_.size() - copied_sent_ + kept_.size(); }

  // Forgets what waits.
  void forget();

 private:
  void copy(std::string_view rest);

  // An answer's head fits; a resting connection keeps no more.
  static constexpr std::size_t kKept = 1024;

  const int fd_;
  const std::size_t most_;
  std::uint64_t& bytes_out_;
  std::string copied_;
  std::size_t copied_sent_ = 0;
  std::string_view kept_;  // Behind what is copied.
  std::shared_ptr<const void> keep_;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_OUTPUT_H_
