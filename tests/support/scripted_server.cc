#include "tests/support/scripted_server.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <system_error>

namespace likeness::test {
namespace {

sockaddr_in loopback() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

ScriptedServer::ScriptedServer(Script script)
    : script_(std::move(script)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  const auto address = loopback();
  if (::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(listener_, 64) != 0)
    throw std::system_error(errno, std::generic_category(), "scripted server");
  thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
  leaving_ = true;
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  for (const int fd : silent_) ::close(fd);
  ::close(listener_);
}

std::string ScriptedServer::url() const {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  return "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
}

std::vector<std::string> ScriptedServer::requests() const {
  return requests_.with([](const auto& requests) { return requests; });
}

void ScriptedServer::serve() {
  while (!leaving_) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    serve_one(fd);
  }
}

void ScriptedServer::serve_one(int fd) {
  std::string head;
  char buffer[4'096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got <= 0) break;
    head.append(buffer, static_cast<std::size_t>(got));
  }
  if (head.empty()) {
    ::close(fd);
    return;
  }
  requests_.with([&](auto& requests) { requests.push_back(head); });
  const std::string answer = script_(head);
  if (answer == kSilence) {
    silent_.push_back(fd);
    return;
  }
  std::size_t sent = 0;
  while (sent < answer.size()) {
    const ssize_t put = ::send(fd, answer.data() + sent, answer.size() - sent, MSG_NOSIGNAL);
    if (put <= 0) break;
    sent += static_cast<std::size_t>(put);
  }
  ::close(fd);
}

}  // namespace likeness::test
