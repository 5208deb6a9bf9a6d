#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "proxy/http/server.h"
#include "proxy/loop/reactor_loop.h"

namespace likeness::http {
namespace {

// A thread that runs tasks later: where answers of another thread come from.
class Elsewhere {
 public:
  Elsewhere()
      : thread_([this] {
          while (const auto task = next()) task();
        }) {}
  ~Elsewhere() {
    post({});
    thread_.join();
  }
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;

  // An empty task ends the thread.
  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }

 private:
  std::function<void()> next() {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return !tasks_.empty(); });
    auto task = std::move(tasks_.front());
    tasks_.pop_front();
    return task;
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  std::thread thread_;
};

// A server with loops of its own that answers every target with its name.
class Service {
 public:
  Service(bool from_elsewhere, bool io_uring) {
    settings_.io_uring = io_uring;
    auto listeners = open_listeners("127.0.0.1:0", kLoops);
    REQUIRE(listeners);
    port_ = std::stoi(listeners->front().url.substr(listeners->front().url.rfind(':') + 1));
    for (const Listener& listener : *listeners) {
      loops_.push_back(std::make_unique<ReactorLoop>("storm"));
      Loop& loop = *loops_.back();
      const auto handler = [this, &loop, from_elsewhere](const Request& request, Responder to) {
        if (!from_elsewhere) return answer(std::string(request.target), to);
        // The responder belongs to its loop: it only travels to the other thread and back.
        auto kept = std::make_shared<Responder>(std::move(to));
        const std::string target(request.target);
        elsewhere_.post([&loop, target, kept = std::move(kept)]() mutable {
          loop.post([target, kept = std::move(kept)] { answer(target, *kept); });
        });
      };
      loops_.back()->run([&] {
        servers_.push_back(std::make_unique<Server>(
            loop, settings_, handler, [](Method, std::string_view) { return BodyRule{}; }));
        servers_.back()->listen(listener);
      });
    }
  }

  ~Service() {
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      loops_[i]->run([&] { servers_[i].reset(); });
    }
  }

  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  [[nodiscard]] int port() const { return port_; }

 private:
  static constexpr int kLoops = 2;

  static void answer(const std::string& target, Responder& to) {
    const std::string body = "ID:" + target + "\n";
    to.send({.body = body});
  }

  HttpSettings settings_;
  int port_ = 0;
  std::vector<std::unique_ptr<ReactorLoop>> loops_;
  std::vector<std::unique_ptr<Server>> servers_;
  Elsewhere elsewhere_;
};

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return fd;
  ::close(fd);
  return -1;
}

void send_get(int fd, const std::string& target) {
  const std::string request = "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
  [[maybe_unused]] const auto sent = ::send(fd, request.data(), request.size(), MSG_NOSIGNAL);
}

// The body of one answer, or what came of it within a few seconds.
std::string receive(int fd) {
  std::string got;
  char buffer[4'096];
  for (;;) {
    pollfd ready{fd, POLLIN, 0};
    if (::poll(&ready, 1, 10'000) <= 0) return got + "(timeout)";
    const auto size = ::recv(fd, buffer, sizeof buffer, 0);
    if (size <= 0) return got + "(closed)";
    got.append(buffer, static_cast<std::size_t>(size));
    if (got.ends_with('\n') && got.contains("ID:")) return got.substr(got.find("ID:"));
  }
}

// Clients that leave at once, by FIN or by RST, beside clients that check what they get: descriptor
// numbers are reused all the time, and no answer may follow the number to the next client.
void storm(bool from_elsewhere, bool io_uring) {
  const Service service(from_elsewhere, io_uring);
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(1'500);
  std::atomic<int> wrong = 0;
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
        const int fd = connect_to(service.port());
        if (fd < 0) continue;
        send_get(fd, "/victim-" + std::to_string(t) + "-" + std::to_string(i));
        const linger reset{.l_onoff = i % 2, .l_linger = 0};
        ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
        ::close(fd);
      }
    });
    threads.emplace_back([&, t] {
      for (int i = 0; std::chrono::steady_clock::now() < end; ++i) {
        const int fd = connect_to(service.port());
        if (fd < 0) continue;
        const std::string target = "/mine-" + std::to_string(t) + "-" + std::to_string(i);
        send_get(fd, target);
        ++(receive(fd) == "ID:" + target + "\n" ? right : wrong);
        ::close(fd);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(right > 0);
}

TEST_CASE("no answer reaches another client when clients leave, answered at once", "[http]") {
  storm(false, GENERATE(false, true));
}

TEST_CASE("no answer reaches another client when clients leave, answered later", "[http]") {
  storm(true, GENERATE(false, true));
}

}  // namespace
}  // namespace likeness::http
