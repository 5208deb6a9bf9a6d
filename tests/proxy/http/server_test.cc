#include "proxy/http/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

#include "tests/proxy/http/wire.h"
#include "tests/support/temp_folder.h"

namespace likeness::http {
namespace {

std::string get(const std::string& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

TEST_CASE("a listener tells its real port, and two can share it", "[http]") {
  const auto listeners = open_listeners("127.0.0.1:0", 3);
  REQUIRE(listeners);
  REQUIRE(listeners->size() == 3);
  CHECK((*listeners)[0].url == (*listeners)[2].url);
  CHECK_FALSE((*listeners)[0].url.ends_with(":0"));
  const auto address = (*listeners)[0].url.substr(7);
  CHECK_FALSE(open_listener(address, false));
  for (const Listener& listener : *listeners) ::close(listener.fd);
}

TEST_CASE("IPv6 addresses stand in brackets", "[http]") {
  const auto listener = open_listener("[::1]:0", false);
  REQUIRE(listener);
  CHECK(listener->url.starts_with("http://[::1]:"));
  ::close(listener->fd);
}

TEST_CASE("addresses that are none are refused with their name", "[http]") {
  for (const std::string address :
       {"", "8080", ":8080", "127.0.0.1:", "127.0.0.1:http", "::1:8080", "no.such.host.invalid:1",
        "unix:", "unix:/no/such/folder/socket"}) {
    INFO(address);
    const auto listener = open_listener(address, false);
    REQUIRE_FALSE(listener);
    CHECK(listener.error().detail.starts_with(address));
  }
}

TEST_CASE("a left-over socket file is replaced, a served one is not", "[http]") {
  const test::TempFolder folder;
  const std::string path = folder.path() / "s";
  const auto first = open_listener("unix:" + path, false);
  REQUIRE(first);
  CHECK_FALSE(open_listener("unix:" + path, false));
  ::close(first->fd);
  const auto second = open_listeners("unix:" + path, 2);
  REQUIRE(second);
  CHECK((*second)[1].url == "unix:" + path);
  for (const Listener& listener : *second) ::close(listener.fd);
}

TEST_CASE("a unix socket serves like any other", "[http]") {
  const test::TempFolder folder;
  const std::string path = folder.path() / "s";
  TestServer server;
  server.server->listen(*open_listener("unix:" + path, false));
  const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(address.sun_path, path.size());
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = get("/a");
  REQUIRE(::send(fd, request.data(), request.size(), 0) > 0);
  char answer[1'000] = "";
  CHECK(server.loop.run_until([&] { return ::recv(fd, answer, 999, MSG_DONTWAIT) > 0; }));
  CHECK(body_of(answer) == "ID:/a\n");
  ::close(fd);
}

TEST_CASE("connections past the limit are closed, the others go on", "[http]") {
  TestServer server(HttpSettings{.max_connections = 2});
  Wire first(server);
  Wire second(server);
  second.settle();
  Wire third(server);
  CHECK(third.receive_all() == "");
  CHECK(server.server->counters().refused == 1);
  first.send(get("/a"));
  CHECK(status_of(first.receive()) == "200");
}

TEST_CASE("running out of descriptors pauses accepting and does not spin", "[http]") {
  TestServer server;
  {
    // UndefinedBehaviorSanitizer needs descriptors when it sees a class for the first time: so the
    // log is used before they are gone, and nothing is checked until they are back.
    Wire failing(server);
    failing.send(get("/throw"));
    CHECK(status_of(failing.receive()) == "500");
  }
  Wire before(server);
  before.send(get("/a"));
  CHECK(status_of(before.receive()) == "200");
  Wire after(server);
  const int next = ::dup(0);
  ::close(next);
  rlimit old{};
  ::getrlimit(RLIMIT_NOFILE, &old);
  const rlimit low{.rlim_cur = static_cast<rlim_t>(next), .rlim_max = old.rlim_max};
  ::setrlimit(RLIMIT_NOFILE, &low);
  server.loop.turn();
  const auto timers = server.loop.timers();
  server.loop.turn();
  const auto accepted = server.server->counters().accepted;
  before.send(get("/b"));
  const auto answer = before.receive();
  ::setrlimit(RLIMIT_NOFILE, &old);
  // The sweep, and the pause: one failed attempt, then nothing until the pause is over.
  CHECK(timers == 2);
  CHECK(accepted == 2);
  CHECK(status_of(answer) == "200");
  server.loop.advance(milliseconds(200));
  after.send(get("/c"));
  CHECK(body_of(after.receive()) == "ID:/c\n");
}

TEST_CASE("draining ends idle connections soon, lets requests finish, and tells once", "[http]") {
  TestServer server;
  Wire idle(server);
  Wire busy(server);
  Wire half(server);
  idle.send(get("/a"));
  CHECK(status_of(idle.receive()) == "200");
  busy.send(get("/later"));
  half.send("GET /half HTTP/1.1\r\n");
  busy.settle();
  int done = 0;
  server.server->drain([&] { ++done; });
  CHECK(done == 0);
  server.loop.advance(server.settings.drain_idle_timeout);
  CHECK(idle.receive_all().empty());
  half.send("Host: h\r\n\r\n");
  const auto answer = half.receive_all();
  CHECK(header_of(answer, "Connection") == "close");
  CHECK(body_of(answer) == "ID:/half\n");
  CHECK(done == 0);
  server.answer_parked(0);
  CHECK(header_of(busy.receive_all(), "Connection") == "close");
  busy.end_sending();
  half.end_sending();
  CHECK(server.loop.run_until([&] { return done == 1; }));
  busy.settle();
  CHECK(done == 1);
  CHECK(server.loop.watched() == 0);
}

TEST_CASE("a request that is already here when draining begins is answered", "[http]") {
  TestServer server;
  Wire connected(server);
  connected.send(get("/a"));
  CHECK(status_of(connected.receive()) == "200");
  Wire fresh(server);
  // The kernel has both requests, the server has seen neither.
  connected.send_only(get("/b"));
  fresh.send_only(get("/c"));
  bool done = false;
  server.server->drain([&] { done = true; });
  CHECK(body_of(connected.receive_all()) == "ID:/b\n");
  CHECK(body_of(fresh.receive_all()) == "ID:/c\n");
  connected.end_sending();
  fresh.end_sending();
  CHECK(server.loop.run_until([&] { return done; }));
}

TEST_CASE("a resting connection may bring one more request while draining", "[http]") {
  TestServer server;
  Wire resting(server);
  resting.send(get("/a"));
  CHECK(status_of(resting.receive()) == "200");
  bool done = false;
  server.server->drain([&] { done = true; });
  server.loop.turn();
  resting.send(get("/b"));
  const auto answer = resting.receive_all();
  CHECK(header_of(answer, "Connection") == "close");
  CHECK(body_of(answer) == "ID:/b\n");
  resting.end_sending();
  CHECK(server.loop.run_until([&] { return done; }));
}

TEST_CASE("draining lets a slow reader have the rest of its answer, and then ends it", "[http]") {
  TestServer server;
  Wire slow(server, 8'192);
  slow.send(get("/size/5000000"));
  slow.settle();
  bool done = false;
  server.server->drain([&] { done = true; });
  slow.settle();
  CHECK_FALSE(done);
  CHECK(body_of(slow.receive_all()) == std::string(5'000'000, 'b'));
  CHECK(server.loop.run_until([&] { return done; }));
}

TEST_CASE("draining ends at its time limit, with whatever is left", "[http]") {
  TestServer server;
  Wire stuck(server);
  stuck.send(get("/later"));
  stuck.settle();
  bool done = false;
  server.server->drain([&] { done = true; });
  server.loop.turn();
  CHECK_FALSE(done);
  server.loop.advance(server.settings.drain_timeout + milliseconds(1));
  CHECK(server.loop.run_until([&] { return done; }));
  CHECK_FALSE(server.parked.at(0).wanted());
}

TEST_CASE("a server may be destroyed with everything in flight", "[http]") {
  TestServer server;
  Wire waiting(server);
  Wire slow(server, 8'192);
  Wire idle(server);
  waiting.send(get("/later") + get("/next"));
  slow.send(get("/size/20000000"));
  slow.settle();
  server.destroy();
  CHECK_FALSE(server.parked.at(0).wanted());
  server.answer_parked(0);
  waiting.settle();
  CHECK(server.loop.watched() == 0);
  CHECK(server.loop.timers() == 0);
}

TEST_CASE("the handler is told who asks", "[http]") {
  test::TestLoop loop;
  const HttpSettings settings;
  std::string client;
  Server server(
      loop, settings,
      [&](const Request& request, Responder responder) {
        client = request.client;
        responder.send({.status = 204});
      },
      [](Method, std::string_view) { return BodyRule{}; });
  auto listener = *open_listener("[::]:0", false);
  const int port = std::stoi(listener.url.substr(listener.url.rfind(':') + 1));
  server.listen(listener);
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  const std::string request = get("/");
  REQUIRE(::send(fd, request.data(), request.size(), 0) > 0);
  CHECK(loop.run_until([&] { return !client.empty(); }));
  CHECK(client == "127.0.0.1");
  ::close(fd);
}

}  // namespace
}  // namespace likeness::http
