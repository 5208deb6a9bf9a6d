#include "tests/support/told_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <utility>

namespace likeness::test {

ToldServer::ToldServer(TestLoop& loop)
    : loop_(loop), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  REQUIRE(::listen(listener_, 16) == 0);
}

ToldServer::~ToldServer() {
  close();
  ::close(listener_);
}

std::string ToldServer::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

void ToldServer::accept() {
  close();
  REQUIRE(loop_.run_until([&] {
    fd_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    return fd_ >= 0;
  }));
}

std::string ToldServer::receive(std::string_view mark) {
  std::string got;
  char buffer[16'384];
  const bool found = loop_.run_until([&] {
    const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
    if (size > 0) got.append(buffer, static_cast<std::size_t>(size));
    return got.contains(mark) || size == 0;
  });
  return found && got.contains(mark) ? got : got + "(none)";
}

void ToldServer::send(std::string_view bytes) {
  REQUIRE(loop_.run_until([&] {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    return bytes.empty();
  }));
}

std::size_t ToldServer::send_what_goes(std::string_view bytes) {
  std::size_t all = 0;
  for (int idle = 0; idle < 50 && all < bytes.size(); ++idle) {
    const auto sent = ::send(fd_, bytes.data() + all, bytes.size() - all, MSG_NOSIGNAL);
    if (sent > 0) idle = 0;
    if (sent > 0) all += static_cast<std::size_t>(sent);
    loop_.turn();
  }
  return all;
}

void ToldServer::close(bool rudely) {
  const linger at_once{.l_onoff = rudely ? 1 : 0, .l_linger = 0};
  if (fd_ < 0) return;
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(std::exchange(fd_, -1));
}

bool ToldServer::is_left() {
  char buffer[16'384];
  return loop_.run_until([&] {
    const auto size = ::recv(fd_, buffer, sizeof buffer, 0);
    return size == 0 || (size < 0 && errno != EAGAIN);
  });
}

}  // namespace likeness::test
