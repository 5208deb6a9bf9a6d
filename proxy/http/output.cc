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

Output::Result Output::send(std::span<const std::string_view> parts,
                            const std::shared_ptr<const void>* keep) {
  assert(parts.size() <= kMaxParts);
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
  for (const std::string_view& part : parts) {
    const std::size_t of_part = std::min(sent, part.size());
    sent -= of_part;
    store(part.substr(of_part), &part == &parts.back() ? keep : nullptr);
  }
  return Result::waiting;
}

void Output::store(std::string_view rest, const std::shared_ptr<const void>* keep) {
  assert(keep_ == nullptr);
  if (keep != nullptr && *keep != nullptr) {
    kept_ = rest;
    keep_ = *keep;
    return;
  }
  copied_.erase(0, std::exchange(copied_sent_, 0));
  copied_.append(rest);
}

Output::Result Output::flush() {
  const std::array parts = {std::string_view(copied_).substr(copied_sent_), kept_};
  const ssize_t result = send_now(fd_, parts);
  if (result < 0) return Result::broken;
  const auto sent = static_cast<std::size_t>(result);
  bytes_out_ += sent;
  const std::size_t of_copy = std::min(sent, parts[0].size());
  copied_sent_ += of_copy;
  kept_.remove_prefix(sent - of_copy);
  if (waiting() > 0) return Result::waiting;
  drop();
  return Result::sent;
}

void Output::drop() {
  std::string().swap(copied_);
  copied_sent_ = 0;
  kept_ = {};
  keep_ = {};
}

}  // namespace likeness::http
