#include "tests/proxy/http/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace likeness::http {

TestServer::TestServer(HttpSettings given) : settings(std::move(given)) {
  server = std::make_unique<Server>(
      loop, settings,
      [this](const Request& request, Responder responder) {
        handle(request, std::move(responder));
      },
      [](Method method, std::string_view path) -> BodyRule {
        return {.most = method == Method::post ? 100'000U : 0U,
                .follows = path.starts_with("/stream")};
      });
  auto listener = open_listener("127.0.0.1:0", false);
  REQUIRE(listener);
  url_ = listener->url;
  server->listen(*listener);
}

int TestServer::port() const { return std::stoi(url_.substr(url_.rfind(':') + 1)); }

void TestServer::handle(const Request& request, Responder responder) {
  ++handled;
  if (request.body_too_large) return responder.send({.status = 413});
  if (request.path.starts_with("/stream")) return stream(request, std::move(responder));
  if (request.path == "/throw") throw std::runtime_error("as asked");
  if (request.path == "/drop") return;
  if (request.path == "/later") {
    parked.push_back(std::move(responder));
    parked_targets.emplace_back(request.target);
    return;
  }
  if (request.path == "/304" || request.path == "/204") {
    const int status = request.path == "/304" ? 304 : 204;
    return responder.send({.status = status, .lines = "ETag: \"x\"\r\n", .body = "not sent"});
  }
  if (request.path.starts_with("/size/")) {
    std::size_t size = 0;
    const auto digits = request.path.substr(6);
    std::from_chars(digits.data(), digits.data() + digits.size(), size);
    const auto body = std::make_shared<const std::string>(size, 'b');
    const std::shared_ptr<const void> keep = body;
    return responder.send({.body = *body, .keep = keep_bodies ? &keep : nullptr});
  }
  std::string body = "ID:" + std::string(request.target);
  if (!request.body.empty()) body += " " + std::string(request.body);
  responder.send(
      {.lines = "Content-Type: text/plain\r\n", .head = "X-Test: 1\r\n", .body = body + "\n"});
}

void TestServer::answer_parked(std::size_t index) {
  parked.at(index).send({.body = "ID:" + parked_targets.at(index) + "\n"});
}

Wire::Wire(TestServer& server, int receive_buffer)
    : server_(server), fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (receive_buffer > 0) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(server.port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
}

Wire::~Wire() {
  if (fd_ >= 0) ::close(fd_);
}

void Wire::send(std::string_view bytes) {
  server_.loop.run_until([&] {
    const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    return bytes.empty() || (sent < 0 && errno != EAGAIN);
  });
}

void Wire::send_only(std::string_view bytes) {
  REQUIRE(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
          static_cast<ssize_t>(bytes.size()));
}

void Wire::end_sending() { ::shutdown(fd_, SHUT_WR); }

void Wire::reset() {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd_);
  fd_ = -1;
}

bool Wire::pull() {
  char buffer[16'384];
  while (!closed_) {
    const auto got = ::recv(fd_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return true;
    was_reset_ = got < 0;
    closed_ = got <= 0;
    if (got > 0) input_.append(buffer, static_cast<std::size_t>(got));
  }
  return false;
}

std::string Wire::receive(bool head_only) {
  std::size_t size = 0;
  server_.loop.run_until([&] {
    const bool open = pull();
    const auto end = input_.find("\r\n\r\n");
    if (end == std::string::npos) return !open;
    const auto length = header_of(input_.substr(0, end + 4), "Content-Length");
    size = end + 4 + (head_only || length == "-" ? 0 : std::stoul(length));
    return input_.size() >= size || !open;
  });
  if (input_.size() < size || size == 0) size = input_.size();
  std::string answer = input_.substr(0, size);
  input_.erase(0, size);
  return answer;
}

std::string Wire::receive_all() {
  const bool ended = server_.loop.run_until([&] { return !pull(); }, std::chrono::seconds(5));
  std::string all = std::exchange(input_, {});
  if (!ended) all += "(open)";
  if (was_reset_) all += "(reset)";
  return all;
}

std::string Wire::take() {
  pull();
  return std::exchange(input_, {});
}

void Wire::settle() {
  for (int i = 0; i < 20; ++i) server_.loop.turn();
}

bool Wire::is_quiet() {
  settle();
  return pull() && input_.empty();
}

std::string status_of(std::string_view answer) {
  return std::string(answer.substr(0, 9) == "HTTP/1.1 " ? answer.substr(9, 3) : answer);
}

std::string header_of(std::string_view answer, std::string_view name) {
  const auto head = answer.substr(0, answer.find("\r\n\r\n") + 2);
  const auto at = head.find("\r\n" + std::string(name) + ": ");
  if (at == std::string_view::npos) return "-";
  const auto start = at + 2 + name.size() + 2;
  return std::string(head.substr(start, head.find("\r\n", start) - start));
}

std::string body_of(std::string_view answer) {
  const auto end = answer.find("\r\n\r\n");
  return end == std::string_view::npos ? "(none)" : std::string(answer.substr(end + 4));
}

}  // namespace likeness::http
