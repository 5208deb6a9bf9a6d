#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "proxy/http/server.h"

namespace likeness::http {
namespace {

// Bursts of new connections wait here; the kernel lowers it to net.core.somaxconn.
constexpr int kBacklog = 4096;
constexpr std::string_view kUnix = "unix:";

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::unexpected<Error> failed(const std::string& what) {
  const int cause = errno;
  return fail(Errc::internal, what + ": " + std::strerror(cause));
}

void switch_on(int fd, int level, int option) {
  const int one = 1;
  ::setsockopt(fd, level, option, &one, sizeof one);
}

// A socket file that nobody serves is what a killed process leaves behind.
bool is_left_over(const sockaddr_un& address) {
  struct stat file{};
  if (::lstat(address.sun_path, &file) != 0 || !S_ISSOCK(file.st_mode)) return false;
  const Socket probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(probe.get(), generic, sizeof address) != 0 && errno == ECONNREFUSED;
}

Result<Listener> open_unix(const std::string& address) {
  const std::string path = address.substr(kUnix.size());
  sockaddr_un name{};
  name.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof name.sun_path) {
    return fail(Errc::bad_request, address + ": a socket's path has 1 to 107 characters");
  }
  path.copy(name.sun_path, path.size());
  if (is_left_over(name)) ::unlink(name.sun_path);
  Socket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0 ||
      ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failed(address);
  }
  return Listener{socket.release(), address};
}

struct HostPort {
  std::string host;
  std::string port;
  bool bracketed = false;
};

std::optional<HostPort> split(const std::string& address) {
  const auto colon = address.rfind(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == address.size()) return std::nullopt;
  HostPort parts{address.substr(0, colon), address.substr(colon + 1)};
  parts.bracketed = parts.host.front() == '[' && parts.host.back() == ']';
  if (parts.bracketed) parts.host = parts.host.substr(1, parts.host.size() - 2);
  if (!parts.bracketed && parts.host.contains(':')) return std::nullopt;
  return parts;
}

int port_of(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  // The port stands in the same place for both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&bound)->sin_port);
}

Result<Listener> open_tcp(const std::string& address, bool shared) {
  const auto parts = split(address);
  if (!parts) return fail(Errc::bad_request, address + ": neither HOST:PORT nor unix:/path");
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int code = ::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &found);
  if (code != 0) return fail(Errc::bad_request, address + ": " + ::gai_strerror(code));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
  Socket socket(::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (socket.get() < 0) return failed(address);
  switch_on(socket.get(), SOL_SOCKET, SO_REUSEADDR);
  if (shared) switch_on(socket.get(), SOL_SOCKET, SO_REUSEPORT);
  // Accepted connections inherit it.
  switch_on(socket.get(), IPPROTO_TCP, TCP_NODELAY);
  if (::bind(socket.get(), found->ai_addr, found->ai_addrlen) != 0 ||
      ::listen(socket.get(), kBacklog) != 0) {
    return failed(address);
  }
  const std::string host = parts->bracketed ? "[" + parts->host + "]" : parts->host;
  std::string url = "http://" + host + ":" + std::to_string(port_of(socket.get()));
  return Listener{socket.release(), std::move(url)};
}

std::unexpected<Error> give_up(const std::vector<Listener>& opened, const Error& error) {
  for (const Listener& listener : opened) ::close(listener.fd);
  return std::unexpected(error);
}

// The listener and copies of its descriptor, `count` in all.
Result<std::vector<Listener>> copies_of(const Listener& first, int count) {
  std::vector<Listener> all{first};
  while (static_cast<int>(all.size()) < count) {
    Listener next = first;
    next.fd = ::fcntl(first.fd, F_DUPFD_CLOEXEC, 0);
    if (next.fd < 0) return give_up(all, failed(first.url).error());
    all.push_back(std::move(next));
  }
  return all;
}

std::string url_of(int fd) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  if (bound.ss_family == AF_UNIX)
    return std::string(kUnix) + reinterpret_cast<const sockaddr_un&>(bound).sun_path;
  char host[NI_MAXHOST] = "";
  char port[NI_MAXSERV] = "";
  ::getnameinfo(reinterpret_cast<const sockaddr*>(&bound), size, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
  const bool v6 = bound.ss_family == AF_INET6;
  return std::string("http://") + (v6 ? "[" : "") + host + (v6 ? "]:" : ":") + port;
}

}  // namespace

Result<Listener> open_listener(const std::string& address, bool shared) {
  return address.starts_with(kUnix) ? open_unix(address) : open_tcp(address, shared);
}

Result<std::vector<Listener>> open_listeners(const std::string& address, int count) {
  auto first = open_listener(address, count > 1);
  if (!first) return std::unexpected(first.error());
  if (address.starts_with(kUnix)) return copies_of(*first, count);
  std::vector<Listener> all{*first};
  const std::string again = first->url.substr(first->url.find("://") + 3);
  while (static_cast<int>(all.size()) < count) {
    auto next = open_listener(again, true);
    if (!next) return give_up(all, next.error());
    all.push_back(*std::move(next));
  }
  return all;
}

Result<std::vector<Listener>> inherit_listeners(int fd, int count) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0)
    return fail(Errc::bad_request, "an inherited descriptor is no listening socket");
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  return copies_of({fd, url_of(fd), true}, count);
}

}  // namespace likeness::http
