#ifndef LIKENESS_PROXY_HTTP_RESPONDER_H_
#define LIKENESS_PROXY_HTTP_RESPONDER_H_

#include <functional>
#include <memory>
#include <utility>

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

  // Answers. May be called from within the handler (the fast way) or on any later turn. It never
  // calls a handler: a request that was waiting behind this one is handled on a later turn.
  void send(const Reply& reply);

  // False once the client is known to have gone; work for it alone may stop. A client that has
  // only ended its own sending still waits for its answer.
  [[nodiscard]] bool wanted() const { return !connection_.expired(); }

 private:
  std::weak_ptr<Connection> connection_;
};

// What the server does with a request. `request` is valid only during the call; the responder may
// be kept. May throw: the answer is then 500.
using Handler = std::function<void(const Request& request, Responder responder)>;

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_RESPONDER_H_
