#ifndef LIKENESS_PROXY_HTTP_RESPONDER_H_
#define LIKENESS_PROXY_HTTP_RESPONDER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "proxy/http/body.h"
#include "proxy/http/message.h"

namespace likeness::http {

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

  // Answers with a head at once and a body that is still to come; `head` has none. Without a
  // `length` it goes in chunks, or to an old client until the connection ends. Where HTTP wants no
  // body (HEAD, 204, 304) what is written is left out. May be called as send().
  [[nodiscard]] OutgoingBody begin(const Reply& head, std::optional<std::uint64_t> length);

  // The request's body, where it follows.
  [[nodiscard]] IncomingBody body() const;

  // Who is called when the client has gone, and when the bodies go on; until the answer is over.
  void watch(Wake wake);

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
