#ifndef LIKENESS_PROXY_HTTP_CONNECTION_H_
#define LIKENESS_PROXY_HTTP_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/loop.h"
#include "config/base/network.h"
#include "config/settings.h"
#include "proxy/http/body.h"
#include "proxy/http/forwarded.h"
#include "proxy/http/message.h"
#include "proxy/http/output.h"
#include "proxy/http/request_reader.h"
#include "proxy/http/responder.h"
#include "proxy/http/response_head.h"
#include "proxy/http/turn.h"

namespace likeness::http {

// What a Connection counts; one per loop, shared by its connections.
struct ConnectionCounters {
  std::uint64_t accepted = 0;
  std::uint64_t open = 0;
  std::uint64_t refused = 0;       // Over max_connections.
  std::uint64_t bad_requests = 0;  // Answered by the connection itself: 400, 408, 413, 414, …
  std::uint64_t timeouts = 0;
  std::uint64_t cut_off = 0;  // Slow readers.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

// Who is at the other end of a connection.
struct Peer {
  std::string name;                    // "127.0.0.1" or "unix".
  std::optional<IpAddress> address{};  // Nothing for a unix socket.
  bool trusted = false;                // A proxy of ours: what it says of its clients is believed.
  bool announced = false;              // It is to send a PROXY header first.
  bool operators = false;              // It came by a listener for operators alone.
  bool tls = false;                    // By its PROXY header, its client came by TLS.
};

// What all connections of a server share. Outlives them. Loop-confined.
struct ConnectionContext {
  Loop& loop;
  const HttpSettings& settings;
  Handler handler;
  BodyRules body_rules;
  // Called once per connection, as the last thing it does.
  std::function<void(Connection&)> closed;
  ConnectionCounters counters = {};
  Networks trusted = {};  // The proxies in front.
  ForwardedBy forwarded_by = ForwardedBy::x_forwarded;
  bool draining = false;  // Answers say "Connection: close", and idle connections end soon.
  DateLine date_line = {};
  Message message = {};
  std::string head = {};  // Of the answer that is being made; kept for its capacity.
  std::shared_ptr<Turn> turn = std::make_shared<Turn>(loop, settings.io_uring);
};

// A Connection speaks HTTP/1.1 with one client: it reads requests, hands them to the handler one at
// a time, writes the answers, and ends. While a request is being handled or its answer is not
// taken yet, further input waits; when a head's worth of it waits, reading pauses. So a client
// costs at most its limits, and one that never reads blocks only itself.
//
// Bodies that are passed on while they come (body.h) are the business of streaming.cc.
//
// Owns its descriptor. Held by shared_ptr; Responders and bodies point to it weakly. Loop-confined.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  // `fd` is a connected, non-blocking socket.
  Connection(ConnectionContext& context, int fd, Peer peer);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Begins to read. May call the handler and `closed` on later turns only.
  void start();

  // Ends what has waited too long. Called every now and then.
  void check_deadline(Clock::time_point now);

  // Ends after the answer to the request under way or, if there is none, to the next one; without
  // one, after settings.drain_idle_timeout.
  void drain();

  // Ends at once, without a word.
  void close();

  // The steps of a Turn, in its order. Is there something to receive? Then this is the call, and
  // received() learns its result.
  [[nodiscard]] bool is_to_receive(SocketCalls::Receive& receive);
  void received(const SocketCalls::Receive& received);
  // Handles input that waited behind an answer.
  void process_rest();
  // The same for what is to be sent.
  [[nodiscard]] bool is_to_send(SocketCalls::Send& send);
  void sent(const SocketCalls::Send& sent);
  // Waits for what comes next, in this turn or a later one.
  void settle();

  // For the server's list.
  std::size_t place = 0;

 private:
  friend class Responder;
  friend class IncomingBody;
  friend class OutgoingBody;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  enum class Phase : std::uint8_t {
    idle,          // Nothing of a request has come.
    reading_head,  // Part of a request has come.
    reading_body,
    handling,   // The handler owes an answer.
    streaming,  // An answer's head has gone, and the handler owes the rest of its body.
    writing,    // Nobody owes anything; an answer, or part of it, waits to be sent.
    lingering,  // All is said; input is thrown away until the client has seen it.
    closed,
  };
  // What is to be done at the end of this turn.
  struct Due {
    bool receive = false;
    bool process = false;
    bool send = false;
  };
  // How a client sees where the body of an answer ends that comes in pieces.
  enum class Framing : std::uint8_t { none, counted, chunked, until_close };
  // What a request costs more whose bodies are passed on while they come.
  struct Streaming {
    // Shared with the tasks that call it. Null: nobody is to be called.
    std::shared_ptr<Wake> wake;
    // The request's body. The client's time for it stands still while it is not read.
    bool asked_for = false;
    milliseconds body_time_left{0};
    Clock::time_point reading_since;
    // The answer's.
    Framing framing = Framing::none;
    std::uint64_t to_come = 0;  // Where it is counted.
  };

  void on_ready(Loop::Ready ready);
  // Does at the end of this turn what is due.
  void join_turn();
  void take_in(std::string_view bytes);
  void read_announcement(std::string_view bytes);
  void process();
  void handle();
  void answer(const Reply& reply);
  void refuse(int status);
  // Makes the head, in context_.head, and decides whether it is the connection's last.
  void make_head(const Reply& reply, ResponseFrame frame);
  // Sends part of an answer at once. False if the connection has ended for it.
  bool transmit(std::span<const std::string_view> parts);
  // The client has its time to read from now on.
  void await_reader();
  // All of the answer has been given to transmit().
  void after_writing();
  void after_answer();
  void cut_off();
  void reset();
  void enter(Phase phase);
  void update_interest();

  // For bodies that are passed on while they come (streaming.cc).
  [[nodiscard]] bool is_at_work() const { return phase_ == Phase::handling || is_streaming(); }
  [[nodiscard]] bool is_streaming() const { return phase_ == Phase::streaming; }
  Streaming& streaming();
  void watch(Wake wake);
  void wake_later();
  void begin(const Reply& reply, std::optional<std::uint64_t> length);
  void write_body(std::string_view piece);
  void end_body();
  std::size_t read_body(char* into, std::size_t size);
  // Is its body being read: asked for, and not complete?
  [[nodiscard]] bool reads_body() const;
  void take_in_body();
  [[nodiscard]] bool body_is_late(Clock::time_point now) const;
  void count_body_time(bool reading);

  ConnectionContext& context_;
  const int fd_;
  Peer peer_;
  std::string announcement_;  // What has come of a PROXY header.
  RequestReader reader_;
  Output output_;
  std::unique_ptr<Streaming> streaming_;  // Of the request at hand, where it needs one.
  std::uint64_t requests_ = 0;            // So far: the number of the one at hand.
  Clock::time_point deadline_;
  Loop::Ready wanted_{.read = true};
  Due due_;
  bool in_turn_ = false;
  Phase phase_ = Phase::idle;
  bool head_only_ = false;  // The request is a HEAD.
  bool http10_ = false;
  bool keep_alive_ = true;     // As far as the client is concerned.
  bool close_after_ = false;   // This answer is the last one …
  bool linger_after_ = false;  // … and more input may be on its way.
  bool end_of_input_ = false;
  bool processing_ = false;  // process() runs: what it is called for goes on without it.
};

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_CONNECTION_H_
