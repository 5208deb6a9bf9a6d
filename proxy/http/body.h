#ifndef LIKENESS_PROXY_HTTP_BODY_H_
#define LIKENESS_PROXY_HTTP_BODY_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "config/base/loop.h"
#include "config/settings.h"

namespace likeness::http {

class Connection;

// Bodies that are passed on piece by piece while they come, in either direction. Each has a buffer
// in its connection: past kBodyBuffer and one piece, a client that sends is not read from, and who
// writes to one that does not read has to wait. Handles, which may be kept like a Responder;
// loop-confined to the connection's loop. They know when their request is over: they then read
// nothing, and what they write is thrown away.

// Smaller than the smallest http.max_pending_output_bytes, with room for a piece; larger ones are
// no faster, as the system's own buffers come on top.
inline constexpr std::size_t kBodyBuffer = 32 * kKiB;

// Called on later turns of the loop, never from within a call, whenever something may have changed:
// the client has gone, more of the request's body has come, or there is room for more of the
// answer's. It looks for itself what, and may be called for nothing.
using Wake = Loop::Task;

// The body of a request that was handed out before it (Request::body_follows). It is read from the
// client no earlier than it is asked for, and only then a client that waits for it hears "100
// Continue". If the answer begins before the body is complete, the connection ends with it.
class IncomingBody {
 public:
  IncomingBody(std::weak_ptr<Connection> connection, std::uint64_t request)
      : connection_(std::move(connection)), request_(request) {}

  // Takes up to `size` bytes of what has come; 0 while there is nothing. A wake follows once there
  // is more. REQUIRES: not called within the handler, whose request would become invalid.
  std::size_t read(char* into, std::size_t size);

  // All of it has been taken.
  [[nodiscard]] bool complete() const;
  // It will never be: the client has gone, or was refused in the middle of it.
  [[nodiscard]] bool failed() const;
  // It is over its limit: nothing more is read, and the answer is 413.
  [[nodiscard]] bool too_large() const;

 private:
  [[nodiscard]] std::shared_ptr<Connection> connection() const;

  std::weak_ptr<Connection> connection_;
  std::uint64_t request_;
};

// The body of an answer whose head has been sent (Responder::begin()). Dropped before end(), it
// resets the connection, so that no client takes a part for the whole.
class OutgoingBody {
 public:
  explicit OutgoingBody(std::weak_ptr<Connection> connection)
      : connection_(std::move(connection)) {}
  OutgoingBody(OutgoingBody&& other) noexcept : connection_(std::exchange(other.connection_, {})) {}
  OutgoingBody& operator=(OutgoingBody&&) = delete;
  ~OutgoingBody();

  // Sends a piece, or keeps a copy until the client takes it.
  void write(std::string_view piece);
  // So much waits for the client that no more should be written before a wake.
  [[nodiscard]] bool full() const;
  // False once the client is known to have gone, or was given up.
  [[nodiscard]] bool wanted() const { return !connection_.expired(); }

  // The body is complete. One that is shorter than its head has said is broken off.
  void end();

 private:
  std::weak_ptr<Connection> connection_;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_BODY_H_
