// A client that does not wait for answers before it asks again: reads paths, one a line, and asks
// for each at its own moment, planned before. An answer's time counts from that moment, whenever it
// could be sent, so that a server that stalls cannot hide the requests that it kept from being sent
// (coordinated omission).
//
//   open_loop PORT CONNECTIONS RATE < PATHS
//
// RATE is requests a second, at random moments (exponential gaps, the same in every run); 0 plans
// all of them for the start. Who finds no connection idle waits for one. Prints answers, how many
// of them were no 200, and seconds; then a line for each of kPercentiles: that many percent of the
// answers took so many milliseconds at most.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

struct Connection {
  int fd = -1;
  Clock::time_point planned;
  std::string head;      // Of the answer, until it is whole.
  std::size_t body = 0;  // What is missing of it.
  bool reads_body = false;
};

struct Outcome {
  std::vector<double> milliseconds;
  std::size_t failed = 0;
};

int connected(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) die("connect");
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

std::vector<Clock::duration> planned(std::size_t count, double rate) {
  std::vector<Clock::duration> moments(count);
  if (rate == 0) return moments;
  std::mt19937_64 random(1);
  std::exponential_distribution<double> gap(rate);
  double seconds = 0;
  for (auto& moment : moments) {
    seconds += gap(random);
    moment = std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }
  return moments;
}

class Client {
 public:
  Client(int port, std::size_t connections)
      : poll_(::epoll_create1(0)), connections_(connections), read_(1 << 16) {
    for (std::size_t i = 0; i < connections; ++i) {
      connections_[i].fd = connected(port);
      epoll_event event{.events = EPOLLIN, .data = {.u64 = i}};
      ::epoll_ctl(poll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
      idle_.push_back(i);
    }
  }

  Outcome run(const std::vector<std::string>& paths, double rate) {
    const auto moments = planned(paths.size(), rate);
    const auto start = Clock::now();
    std::size_t next = 0;
    while (outcome_.milliseconds.size() < paths.size()) {
      const auto now = Clock::now();
      while (next < paths.size() && !idle_.empty() && start + moments[next] <= now) {
        ask(paths[next], start + moments[next]);
        ++next;
      }
      wait(next < paths.size() && !idle_.empty() ? start + moments[next] - now
                                                 : Clock::duration::max());
    }
    return std::move(outcome_);
  }

 private:
  void ask(const std::string& path, Clock::time_point planned) {
    Connection& connection = connections_[idle_.front()];
    idle_.pop_front();
    connection.planned = planned;
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    if (::send(connection.fd, request.data(), request.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(request.size())) {
      die("send");
    }
  }

  void wait(Clock::duration longest) {
    std::array<epoll_event, 256> events;
    const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(longest).count();
    const timespec time{.tv_sec = nanoseconds / 1'000'000'000,
                        .tv_nsec = nanoseconds % 1'000'000'000};
    const bool forever = longest == Clock::duration::max();
    const int count =
        ::epoll_pwait2(poll_, events.data(), events.size(), forever ? nullptr : &time, nullptr);
    for (int i = 0; i < count; ++i) read(events[static_cast<std::size_t>(i)].data.u64);
  }

  void read(std::size_t index) {
    Connection& connection = connections_[index];
    const ssize_t got = ::recv(connection.fd, read_.data(), read_.size(), MSG_DONTWAIT);
    if (got <= 0) die("the server closed a connection");
    std::string_view bytes(read_.data(), static_cast<std::size_t>(got));
    if (!connection.reads_body) bytes = read_head(connection, bytes);
    if (bytes.size() > connection.body) die("more than an answer");
    connection.body -= bytes.size();
    if (!connection.reads_body || connection.body > 0) return;
    const std::chrono::duration<double, std::milli> took = Clock::now() - connection.planned;
    outcome_.milliseconds.push_back(took.count());
    if (!connection.head.starts_with("HTTP/1.1 200")) ++outcome_.failed;
    connection.head.clear();
    connection.reads_body = false;
    idle_.push_back(index);
  }

  // Returns what is of the body.
  static std::string_view read_head(Connection& connection, std::string_view bytes) {
    const std::size_t before = connection.head.size();
    connection.head += bytes;
    const std::size_t end = connection.head.find("\r\n\r\n");
    if (end == std::string::npos) return {};
    constexpr std::string_view kLength = "\r\nContent-Length: ";
    const std::size_t found = connection.head.find(kLength);
    if (found == std::string::npos) die("an answer without Content-Length");
    const char* number = connection.head.data() + found + kLength.size();
    std::from_chars(number, connection.head.data() + end, connection.body);
    connection.reads_body = true;
    return bytes.substr(end + 4 - before);
  }

  int poll_;
  std::vector<Connection> connections_;
  std::deque<std::size_t> idle_;
  std::vector<char> read_;
  Outcome outcome_;
};

// Denser towards the end: each step there leaves about half as many answers that are slower.
constexpr std::array kPercentiles{1.0,  10.0, 25.0,  50.0, 75.0,  90.0,   95.0,  97.5,
                                  99.0, 99.5, 99.75, 99.9, 99.95, 99.975, 99.99, 100.0};

// The time that so many percent took at most.
double at(const std::vector<double>& sorted, double percentile) {
  const auto index =
      static_cast<std::size_t>(static_cast<double>(sorted.size()) * percentile / 100);
  return sorted[std::min(sorted.size() - 1, index)];
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: open_loop PORT CONNECTIONS RATE < PATHS\n");
    return 2;
  }
  std::vector<std::string> paths;
  for (std::string path; std::getline(std::cin, path);) paths.push_back(path);
  if (paths.empty()) return 2;
  Client client(std::atoi(arguments[1]), static_cast<std::size_t>(std::atoi(arguments[2])));
  const auto start = Clock::now();
  auto [milliseconds, failed] = client.run(paths, std::atof(arguments[3]));
  const std::chrono::duration<double> took = Clock::now() - start;
  std::ranges::sort(milliseconds);
  std::printf("%zu %zu %.4f\n", milliseconds.size(), failed, took.count());
  for (const double percentile : kPercentiles) {
    std::printf("%g %.3f\n", percentile, at(milliseconds, percentile));
  }
}
