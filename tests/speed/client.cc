#include "tests/speed/client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace likeness::test {
namespace {

constexpr std::string_view kBrowser =
    "Host: photos.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101\r\n"
    "Accept: image/avif,image/webp,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
    "Accept-Encoding: gzip, deflate, br\r\nConnection: keep-alive\r\n"
    "Referer: https://example.com/\r\nCookie: a=1; b=2\r\n";

// The length of an answer that has begun so; 0 while its head is not complete.
std::size_t length_of(std::string_view begun) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  const auto end = begun.find(kEnd);
  if (end == std::string_view::npos) return 0;
  const auto body = header_in(begun, "Content-Length");
  return end + kEnd.size() + (body.empty() ? 0 : std::stoul(std::string(body)));
}

}  // namespace

Client::Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("the front cannot be reached");
}

Client::~Client() { ::close(fd_); }

std::string_view Client::get(std::string_view path, std::string_view more) {
  request_.assign("GET ").append(path).append(" HTTP/1.1\r\n").append(kBrowser).append(more);
  request_.append("\r\n");
  if (::send(fd_, request_.data(), request_.size(), MSG_NOSIGNAL) < 0)
    throw std::runtime_error("the request cannot be sent");
  answer_.clear();
  std::array<char, 16'384> bytes;
  while (answer_.empty() || answer_.size() < length_of(answer_) || length_of(answer_) == 0) {
    const ssize_t got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got <= 0) throw std::runtime_error("the answer does not come");
    answer_.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return answer_;
}

std::string_view header_in(std::string_view answer, std::string_view name) {
  const std::string line = "\r\n" + std::string(name) + ": ";
  const auto at = answer.substr(0, answer.find("\r\n\r\n") + 2).find(line);
  if (at == std::string_view::npos) return {};
  const auto value = answer.substr(at + line.size());
  return value.substr(0, value.find("\r\n"));
}

}  // namespace likeness::test
