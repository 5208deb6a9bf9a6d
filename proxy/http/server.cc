#include "proxy/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "proxy/telemetry/log.h"

namespace likeness::http {
namespace {

// New connections per turn and listener: a burst must not keep the open ones waiting.
constexpr int kAcceptBatch = 64;
// Out of descriptors or memory: the backlog keeps what comes meanwhile.
constexpr milliseconds kAcceptPause{100};

// Nothing for a unix socket.
std::optional<IpAddress> address_of(const sockaddr_storage& peer) {
  IpAddress address;
  if (peer.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    address.bytes[10] = address.bytes[11] = 0xff;
    std::memcpy(address.bytes.data() + 12, &v4.sin_addr, sizeof v4.sin_addr);
  } else if (peer.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  } else {
    return std::nullopt;
  }
  return address;
}

Networks trusted(const HttpSettings& settings) {
  auto networks = Networks::parse(settings.trusted_proxies);
  if (!networks) throw std::runtime_error("http.trusted_proxies: " + networks.error().detail);
  return *std::move(networks);
}

// Deadlines are looked at so often that none is missed by more than a quarter of the shortest.
milliseconds sweep_period(const HttpSettings& settings) {
  const auto shortest =
      std::min({settings.head_timeout, settings.body_timeout, settings.idle_timeout,
                settings.write_timeout, settings.drain_idle_timeout});
  return std::clamp(shortest / 4, milliseconds(10), milliseconds(1'000));
}

}  // namespace

class Server::State {
 public:
  State(Loop& loop, const HttpSettings& settings, Handler handler, BodyRules body_rules)
      : context_{.loop = loop,
                 .settings = settings,
                 .handler = std::move(handler),
                 .body_rules = std::move(body_rules),
                 .closed = [this](Connection& connection) { forget(connection); },
                 .trusted = trusted(settings),
                 .forwarded_by = settings.forwarded_by == "forwarded" ? ForwardedBy::forwarded
                                                                      : ForwardedBy::x_forwarded} {}

  ~State() {
    done_ = {};
    while (!connections_.empty()) connections_.back()->close();
    stop_listening();
    for (const Loop::TimerId timer : {sweep_, pause_, drain_limit_}) context_.loop.cancel(timer);
  }

  State(const State&) = delete;
  State& operator=(const State&) = delete;

  void listen(const Listener& listener) {
    listeners_.push_back(listener);
    context_.loop.watch(listener.fd, {.read = true},
                        [this, listener](Loop::Ready) { accept_some(listener); });
  }

  void drain(std::function<void()> done) {
    done_ = std::move(done);
    // Whoever has connected already is served, not reset. The queue of an inherited socket stays
    // for whoever inherits it next.
    for (const Listener& listener : listeners_) {
      while (!listener.inherited && accept_some(listener)) {
      }
    }
    stop_listening();
    context_.draining = true;
    for (const auto& connection : std::vector(connections_)) connection->drain();
    drain_limit_ = context_.loop.after(context_.settings.drain_timeout, [this] {
      while (!connections_.empty()) connections_.back()->close();
    });
    if (connections_.empty()) finish_drain();
  }

  [[nodiscard]] const ConnectionCounters& counters() const { return context_.counters; }

 private:
  // False once nobody waits to be accepted, or nobody can be.
  bool accept_some(const Listener& listener) {
    for (int i = 0; i < kAcceptBatch; ++i) {
      sockaddr_storage address{};
      socklen_t size = sizeof address;
      const int fd = ::accept4(listener.fd, reinterpret_cast<sockaddr*>(&address), &size,
                               SOCK_NONBLOCK | SOCK_CLOEXEC);
      if (fd >= 0) {
        add(fd, address, listener);
      } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
        return false;
      } else if (errno != EINTR && errno != ECONNABORTED && errno != EPROTO) {
        log::warn("http: cannot accept: {}", std::strerror(errno));
        pause_accepting();
        return false;
      }
    }
    return true;
  }

  void add(int fd, const sockaddr_storage& from, const Listener& listener) {
    ++context_.counters.accepted;
    const auto address = address_of(from);
    const bool trusted =
        address ? context_.trusted.contains(*address) : context_.trusted.contains_unix();
    if (connections_.size() >= static_cast<std::size_t>(context_.settings.max_connections) ||
        (listener.announced && !trusted)) {
      ++context_.counters.refused;
      ::close(fd);
      return;
    }
    auto connection =
        std::make_shared<Connection>(context_, fd,
                                     Peer{.name = address ? to_text(*address) : "unix",
                                          .address = address,
                                          .trusted = trusted,
                                          .announced = listener.announced,
                                          .operators = listener.operators});
    connection->place = connections_.size();
    connection->start();
    connections_.push_back(std::move(connection));
    if (sweep_ == Loop::TimerId::none) schedule_sweep();
  }

  // Takes the connection off the list; the last one takes its place.
  void forget(Connection& connection) {
    const std::size_t place = connection.place;
    std::swap(connections_[place], connections_.back());
    connections_[place]->place = place;
    connections_.pop_back();
    if (connections_.empty() && context_.draining) finish_drain();
  }

  void schedule_sweep() {
    sweep_ = context_.loop.after(sweep_period(context_.settings), [this] { sweep(); });
  }

  void sweep() {
    sweep_ = Loop::TimerId::none;
    const auto now = context_.loop.now();
    // Backwards, because a connection that ends is replaced by the last one.
    for (std::size_t i = connections_.size(); i-- > 0;) {
      const auto connection = connections_[i];
      connection->check_deadline(now);
    }
    if (!connections_.empty()) schedule_sweep();
  }

  void pause_accepting() {
    if (pause_ != Loop::TimerId::none) return;
    for (const Listener& listener : listeners_) context_.loop.rewatch(listener.fd, {});
    pause_ = context_.loop.after(kAcceptPause, [this] {
      pause_ = Loop::TimerId::none;
      for (const Listener& listener : listeners_)
        context_.loop.rewatch(listener.fd, {.read = true});
    });
  }

  void stop_listening() {
    for (const Listener& listener : std::exchange(listeners_, {})) {
      context_.loop.unwatch(listener.fd);
      ::close(listener.fd);
    }
  }

  void finish_drain() {
    context_.loop.cancel(std::exchange(drain_limit_, Loop::TimerId::none));
    if (done_) context_.loop.post(std::exchange(done_, {}));
  }

  ConnectionContext context_;
  std::vector<Listener> listeners_;
  std::vector<std::shared_ptr<Connection>> connections_;
  Loop::TimerId sweep_ = Loop::TimerId::none;
  Loop::TimerId pause_ = Loop::TimerId::none;
  Loop::TimerId drain_limit_ = Loop::TimerId::none;
  std::function<void()> done_;
};

Server::Server(Loop& loop, const HttpSettings& settings, Handler handler, BodyRules body_rules)
    : state_(std::make_unique<State>(loop, settings, std::move(handler), std::move(body_rules))) {}

Server::~Server() = default;

void Server::listen(const Listener& listener) { state_->listen(listener); }

void Server::drain(std::function<void()> done) { state_->drain(std::move(done)); }

const ConnectionCounters& Server::counters() const { return state_->counters(); }

}  // namespace likeness::http
