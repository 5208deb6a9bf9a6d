// One loop that answers every request with the same 3 kB from memory: what the HTTP layer costs.
// `hello_server PORT` serves with the real server; `hello_server PORT FILE` answers whatever it
// reads with the file's bytes, head and all, from a bare epoll loop, without looking: the machine's
// limit.

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>

#include "proxy/http/server.h"
#include "proxy/loop/reactor_loop.h"

namespace {

using namespace likeness;

constexpr std::string_view kHead =
    "Content-Type: image/jpeg\r\nETag: \"0123456789abcdef\"\r\nCache-Control: public, "
    "max-age=3600\r\nX-Content-Type-Options: nosniff\r\n";
constexpr std::size_t kBodySize = 3'000;

void serve(const std::string& address) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  const HttpSettings settings;
  const auto body = std::make_shared<const std::string>(kBodySize, 'x');
  const std::shared_ptr<const void> keep = body;
  ReactorLoop loop("hello");
  std::unique_ptr<http::Server> server;
  loop.run([&] {
    server = std::make_unique<http::Server>(
        loop, settings,
        [&](const http::Request&, http::Responder responder) {
          responder.send({.lines = "Age: 17\r\n", .head = kHead, .body = *body, .keep = &keep});
        },
        [](http::Method, std::string_view) { return http::BodyRule{}; });
    auto listener = http::open_listener(address, false);
    if (!listener) std::exit((std::fputs(listener.error().detail.c_str(), stderr), 1));
    std::printf("ready %s\n", listener->url.c_str());
    std::fflush(stdout);
    server->listen(*listener);
  });
  int signal = 0;
  sigwait(&stop, &signal);
  loop.run([&] { server.reset(); });
}

void serve_bare(const std::string& address, const char* file) {
  std::ifstream in(file, std::ios::binary);
  const std::string answer(std::istreambuf_iterator<char>(in), {});
  const auto listener = http::open_listener(address, false);
  if (!listener) std::exit(1);
  const int poll = ::epoll_create1(0);
  epoll_event event{.events = EPOLLIN, .data = {.fd = listener->fd}};
  ::epoll_ctl(poll, EPOLL_CTL_ADD, listener->fd, &event);
  std::array<epoll_event, 1024> events;
  std::array<char, 65'536> buffer;
  for (;;) {
    const int count = ::epoll_wait(poll, events.data(), events.size(), -1);
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      if (fd == listener->fd) {
        event.data.fd = ::accept4(fd, nullptr, nullptr, SOCK_NONBLOCK);
        if (event.data.fd >= 0) ::epoll_ctl(poll, EPOLL_CTL_ADD, event.data.fd, &event);
      } else if (::recv(fd, buffer.data(), buffer.size(), 0) <= 0) {
        ::close(fd);
      } else {
        [[maybe_unused]] const auto sent =
            ::send(fd, answer.data(), answer.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      }
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) return 2;
  const std::string address = "127.0.0.1:" + std::string(arguments[1]);
  count > 2 ? serve_bare(address, arguments[2]) : serve(address);
}
