#ifndef LIKENESS_PROXY_HTTP_CONNECTION_H_
#define LIKENESS_PROXY_HTTP_CONNECTION_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/http/message.h"

namespace likeness::http {

class Connection;

// The duty to answer one request, exactly once. Dropped unused, it answers 500 and closes, so that
// no client waits for ever. If the client has gone, sending does nothing.
//
// Move-only. Loop-confined to the connection's loop.
class Responder {
 public:
  explicit Responder(std::weak_ptr<Connection> connection) : connection_(std::move(connection)) {}
  Responder(Responder&& other) noexcept : connection_(std::exchange(other.connection_, {})) {}
  Responder& operator=(Responder&&) = delete;
  ~Responder();

  // Answers. May be called from within the handler (the fast way) or on any later turn.
  void send(const Reply& reply);

  // False once the client has gone; work for it alone may stop.
  [[nodiscard]] bool wanted() const { return !connection_.expired(); }

 private:
  std::weak_ptr<Connection> connection_;
};

// What the server does with a request. `request` is valid only during the call; the responder may
// be kept. May throw: the answer is then 500.
using Handler = std::function<void(const Request& request, Responder responder)>;

// How large a body may be: asked when the head is complete. 0 means no body is expected (a small
// one is read and thrown away).
using BodyLimit = std::function<std::size_t(Method method, std::string_view path)>;

// What a Connection counts; one per loop, shared by its connections.
struct ConnectionCounters {
  std::uint64_t accepted = 0;
  std::uint64_t open = 0;
  std::uint64_t refused = 0;  // Over max_connections.
  std::uint64_t bad_requests =
      0;  // Answered by the connection itself: 400, 408, 413, 414, 431, 501, 505.
  std::uint64_t timeouts = 0;
  std::uint64_t cut_off = 0;  // Slow readers.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// What all connections of a server share. Outlives them.
struct ConnectionContext {
  Loop& loop;
  const HttpSettings& settings;
  Handler handler;
  BodyLimit body_limit;
  ConnectionCounters counters;
  bool draining = false;  // Answers say "Connection: close" and idle connections end.
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_CONNECTION_H_
