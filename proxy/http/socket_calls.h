#ifndef LIKENESS_PROXY_HTTP_SOCKET_CALLS_H_
#define LIKENESS_PROXY_HTTP_SOCKET_CALLS_H_

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <memory>
#include <span>

namespace likeness::http {

// SocketCalls receive from, and send to, many sockets by one system call, io_uring's, where the
// kernel allows that (it takes 5.6, and a container's profile may forbid it), and else by one call
// for each. Either way nothing is under way between calls: what a socket does not have or take now
// is -EAGAIN, as by MSG_DONTWAIT, and buffers are needed only during the call.
//
// Loop-confined, its making included.
class SocketCalls {
 public:
  // At a time: of so many system calls one is left, and the first client waits for the last.
  static constexpr std::size_t kMost = 32;

  struct Receive {
    int fd = -1;
    std::span<char> into = {};
    ssize_t result = 0;  // Bytes, 0 at the end of input, or a negative errno.
  };
  struct Send {
    int fd = -1;
    std::array<iovec, 2> parts = {};
    ssize_t result = 0;   // Bytes, or a negative errno.
    msghdr message = {};  // For the call.
  };

  // Without `io_uring`, or where it is not to be had: one call each.
  explicit SocketCalls(bool io_uring);
  ~SocketCalls();
  SocketCalls(const SocketCalls&) = delete;
  SocketCalls& operator=(const SocketCalls&) = delete;

  // REQUIRES: at most kMost.
  void run(std::span<Receive> receives);
  void run(std::span<Send> sends);

  [[nodiscard]] bool uses_io_uring() const { return ring_ != nullptr; }

 private:
  class Ring;
  template <class Call>
  void run_all(std::span<Call> calls);

  std::unique_ptr<Ring> ring_;
};

// Has the socket nothing, or no room, for now?
[[nodiscard]] constexpr bool is_for_later(ssize_t result) {
  return result == -EAGAIN || result == -EWOULDBLOCK || result == -EINTR;
}

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_SOCKET_CALLS_H_
