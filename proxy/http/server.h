#ifndef LIKENESS_PROXY_HTTP_SERVER_H_
#define LIKENESS_PROXY_HTTP_SERVER_H_

#include <memory>
#include <string>
#include <vector>

#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/http/connection.h"

namespace likeness::http {

// A listening socket, open and non-blocking.
struct Listener {
  int fd = -1;      // The holder closes it; Server::listen() takes it over.
  std::string url;  // "http://127.0.0.1:8080" or "unix:/path", with the real port.
  // Somebody else holds it too and will go on serving it: what waits in its queue is left there.
  bool inherited = false;
  // Every connection begins with a PROXY header, and only trusted proxies may connect.
  bool announced = false;
  bool operators = false;  // For operators alone.
};

// Opens one socket for `address` ("HOST:PORT", "[::1]:PORT", "unix:/path"). With `shared` other
// sockets of this user may listen on the same port (SO_REUSEPORT): that is how every loop gets its
// own. A left-over unix socket file that nobody serves is replaced.
[[nodiscard]] Result<Listener> open_listener(const std::string& address, bool shared);

// Opens one listener per loop for `address`: sockets that share the port (a port of 0 is picked
// once), or descriptors of one unix socket. REQUIRES: count > 0.
[[nodiscard]] Result<std::vector<Listener>> open_listeners(const std::string& address, int count);

// The same for a listening stream socket that was opened elsewhere and is taken over.
[[nodiscard]] Result<std::vector<Listener>> inherit_listeners(int fd, int count);

// A Server accepts connections on one loop and runs HTTP/1.1 on them: persistent, pipelined
// requests answered in order one at a time, deadlines on every wait, bounded input and output, and
// an error answer and a close for whatever is not HTTP.
//
// Loop-confined. Destroying it closes everything at once; not from within a handler.
class Server {
 public:
  // `settings` must outlive the server. Throws std::runtime_error if its trusted_proxies cannot be
  // read.
  Server(Loop& loop, const HttpSettings& settings, Handler handler, BodyRules body_rules);
  ~Server();

  // Takes over the listener's descriptor.
  void listen(const Listener& listener);

  // Stops accepting, lets every connection finish its request, and those that rest bring one more
  // within settings.drain_idle_timeout; calls `done` when none is left or settings.drain_timeout
  // has passed. REQUIRES: not called by a handler; once.
  void drain(std::function<void()> done);

  [[nodiscard]] const ConnectionCounters& counters() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_SERVER_H_
