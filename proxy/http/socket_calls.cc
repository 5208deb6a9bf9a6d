#include "proxy/http/socket_calls.h"

#include <liburing.h>

#include <cassert>
#include <cerrno>
#include <cstring>

#include "proxy/telemetry/log.h"

namespace likeness::http {
namespace {

const msghdr* message_of(SocketCalls::Send& send) {
  send.message.msg_iov = send.parts.data();
  send.message.msg_iovlen = send.parts.size();
  return &send.message;
}

ssize_t call(SocketCalls::Receive& receive) {
  return ::recv(receive.fd, receive.into.data(), receive.into.size(), MSG_DONTWAIT);
}

ssize_t call(SocketCalls::Send& send) {
  return ::sendmsg(send.fd, message_of(send), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void prepare(io_uring_sqe* entry, SocketCalls::Receive& receive) {
  io_uring_prep_recv(entry, receive.fd, receive.into.data(), receive.into.size(), MSG_DONTWAIT);
}

void prepare(io_uring_sqe* entry, SocketCalls::Send& send) {
  io_uring_prep_sendmsg(entry, send.fd, message_of(send), MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace

class SocketCalls::Ring {
 public:
  // Null where there is none to be had.
  static std::unique_ptr<Ring> open() {
    auto ring = std::make_unique<Ring>();
    if (const int result = io_uring_queue_init(kMost, &ring->ring_, 0); result != 0) {
      log::info("http: io_uring is not to be had: {}", std::strerror(-result));
      return nullptr;
    }
    ring->open_ = true;
    // Saves looking the descriptor up; before 5.18 there is no such thing.
    io_uring_register_ring_fd(&ring->ring_);
    return ring;
  }

  Ring() = default;
  ~Ring() {
    if (open_) io_uring_queue_exit(&ring_);
  }
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // False if the kernel has refused to go on: calls from `done` on are not made then. None waits
  // for its socket, so all that are made end in the order of their making.
  template <class Call>
  bool run(std::span<Call> calls, std::size_t& done) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      io_uring_sqe* const entry = io_uring_get_sqe(&ring_);
      prepare(entry, calls[i]);
      io_uring_sqe_set_data64(entry, i);
    }
    while (done < calls.size()) {
      const int result =
          io_uring_submit_and_wait(&ring_, static_cast<unsigned>(calls.size() - done));
      unsigned head = 0;
      unsigned seen = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        calls[io_uring_cqe_get_data64(completion)].result = completion->res;
        ++seen;
      }
      io_uring_cq_advance(&ring_, seen);
      done += seen;
      if (result < 0 && result != -EINTR && seen == 0) return false;
    }
    return true;
  }

 private:
  io_uring ring_{};
  bool open_ = false;
};

SocketCalls::SocketCalls(bool io_uring) : ring_(io_uring ? Ring::open() : nullptr) {}
SocketCalls::~SocketCalls() = default;

template <class Call>
void SocketCalls::run_all(std::span<Call> calls) {
  assert(calls.size() <= kMost);
  std::size_t done = 0;
  // For one alone the ring is a detour.
  if (ring_ && calls.size() > 1 && !ring_->run(calls, done)) ring_.reset();
  for (Call& one : calls.subspan(done)) {
    one.result = call(one);
    if (one.result < 0) one.result = -errno;
  }
}

void SocketCalls::run(std::span<Receive> receives) { run_all(receives); }
void SocketCalls::run(std::span<Send> sends) { run_all(sends); }

}  // namespace likeness::http
