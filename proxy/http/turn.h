#ifndef LIKENESS_PROXY_HTTP_TURN_H_
#define LIKENESS_PROXY_HTTP_TURN_H_

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/http/socket_calls.h"

namespace likeness::http {

class Connection;

// A Turn does what a server's connections have to do in one turn of their loop, at the turn's end
// and for many of them at once: they all receive, then each handles what it has got, then they all
// send. So the kernel is entered twice for all of them (SocketCalls), and each of the three steps
// finds its code in the processor's caches.
//
// Held by shared_ptr: it outlives its server until the turn is over. Loop-confined.
class Turn : public std::enable_shared_from_this<Turn> {
 public:
  // A connection receives so much at a time.
  static constexpr std::size_t kReadSize = 64 * kKiB;

  Turn(Loop& loop, bool io_uring);

  // Has the connection do at the end of this turn what it has to (Connection::Due). While that is
  // going on it is still this turn.
  void add(std::shared_ptr<Connection> connection);

 private:
  void run();
  // Makes the calls that connections of the group have, all at once; then each learns what came of
  // its own.
  template <class Call>
  using Calls = std::array<Call, SocketCalls::kMost>;
  template <class Call>
  void make(Calls<Call>& calls, bool (Connection::*has_one)(Call&),
            void (Connection::*learn)(const Call&));

  // Where slots began at multiples of a power of two, all would share a few lines of the caches.
  static constexpr std::size_t kStride = kReadSize + 9 * 64;

  Loop& loop_;
  SocketCalls calls_;
  std::vector<std::shared_ptr<Connection>> due_;
  std::vector<std::shared_ptr<Connection>> group_;  // Whose turn it is.
  // Only pages that are received into are ever memory.
  std::unique_ptr<char[]> buffers_;
  Calls<SocketCalls::Receive> receives_;
  Calls<SocketCalls::Send> sends_;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_TURN_H_
