#include "proxy/http/output.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cerrno>
#include <utility>

namespace likeness::http {
namespace {

// What the socket took, 0 if it takes nothing now, -1 if it is broken.
ssize_t send_now(int fd, std::span<const std::string_view> parts) {
  std::array<iovec, Output::kMaxParts> vectors;
  for (std::size_t i = 0; i < parts.size(); ++i)
    vectors[i] = {const_cast<char*>(parts[i].data()), parts[i].size()};
  msghdr message{};
  message.msg_iov = vectors.data();
  message.msg_iovlen = parts.size();
  for (;;) {
    const ssize_t sent = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return -1;
  }
}

}  // namespace

Output::Result Output::send(std::span<const std::string_view> parts) {
  assert(parts.size() <= kMaxParts && keep_ == nullptr);
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  std::size_t sent = 0;
  if (waiting() == 0) {
    const ssize_t result = send_now(fd_, parts);
    if (result < 0) return Result::broken;
    sent = static_cast<std::size_t>(result);
    bytes_out_ += sent;
    if (sent == size) return Result::sent;
  }
  if (waiting() + size - sent > most_) return Result::too_much;
  for (const std::string_view part : parts) {
    const std::size_t of_part = std::min(sent, part.size());
    sent -= of_part;
    copy(part.substr(of_part));
  }
  return Result::waiting;
}

void Output::hold(std::string_view head, std::string_view body,
                  const std::shared_ptr<const void>* keep) {
  assert(keep_ == nullptr);
  copy(head);
  if (keep == nullptr || *keep == nullptr) return copy(body);
  kept_ = body;
  keep_ = *keep;
}

void Output::copy(std::string_view rest) {
  copied_.erase(0, std::exchange(copied_sent_, 0));
  copied_.append(rest);
}

void Output::prepare(SocketCalls::Send& send) const {
  const auto vector = [](std::string_view part) {
    return iovec{const_cast<char*>(part.data()), part.size()};
  };
  send.fd = fd_;
  send.parts = {vector(std::string_view(copied_).substr(copied_sent_)), vector(kept_)};
}

Output::Result Output::sent(ssize_t result) {
  if (result < 0 && !is_for_later(result)) return Result::broken;
  const std::size_t sent = result < 0 ? 0 : static_cast<std::size_t>(result);
  bytes_out_ += sent;
  const std::size_t of_copy = std::min(sent, copied_.size() - copied_sent_);
  copied_sent_ += of_copy;
  kept_.remove_prefix(sent - of_copy);
  if (waiting() > most_) return Result::too_much;
  if (waiting() > 0) return Result::waiting;
  forget();
  return Result::sent;
}

void Output::forget() {
  if (copied_.capacity() <= kKept) {
    copied_.clear();
  } else {
    std::string().swap(copied_);
  }
  copied_sent_ = 0;
  kept_ = {};
  keep_ = {};
}

}  // namespace likeness::http
