#include "cache/redis_client.h"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>

#include "tests/cache/redis_client_case.h"
#include "tests/support/temp_folder.h"

namespace likeness::cache {
namespace {

// Stands where a Redis should be and says what a test wants.
class Impostor {
 public:
  Impostor() {
    const SocketAddress address = unix_address(path());
    fd_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(::bind(fd_, reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0);
    REQUIRE(::listen(fd_, 8) == 0);
  }
  ~Impostor() {
    ::close(peer_);
    ::close(fd_);
  }
  Impostor(const Impostor&) = delete;
  Impostor& operator=(const Impostor&) = delete;

  // Accepts the next connection and reads its PING.
  void accept() {
    ::close(peer_);
    peer_ = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    std::array<char, 14> ping{};
    REQUIRE(::recv(peer_, ping.data(), ping.size(), MSG_WAITALL) == 14);
  }
  void say(std::string_view bytes) const {
    REQUIRE(::send(peer_, bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  [[nodiscard]] std::string path() const { return folder_.path() / "socket"; }

 private:
  test::TempFolder folder_;
  int fd_ = -1;
  int peer_ = -1;
};

}  // namespace

TEST_CASE("a client connects over a Unix socket, TCP and a name", "[redis_client]") {
  const RedisServer server;
  const std::string way = GENERATE(as<std::string>(), "unix", "tcp", "name");
  const std::string named = "redis://localhost:" + std::to_string(server.port()) + "/3";
  const std::string url = way == "unix"  ? server.unix_url()
                          : way == "tcp" ? server.tcp_url()
                                         : named;
  CAPTURE(url);
  Fixture redis(url);
  CHECK_FALSE(redis.client->connected());
  REQUIRE(redis.connect());
  CHECK(redis.run({"SET", "key", std::string("\0\r\n", 3)})->text == "OK");
  CHECK(redis.run({"GET", "key"})->text == std::string("\0\r\n", 3));
  CHECK(redis.run({"GET", "none"})->kind == RedisReply::Kind::nil);
  CHECK(redis.run({"STRLEN", "key"})->integer == 3);
  CHECK(redis.run({"HGET", "key", "field"})->kind == RedisReply::Kind::error);
  CHECK(redis.client->stats().errors == 1);
  CHECK(redis.client->stats().connects == 1);
  CHECK(redis.client->stats().pending == 0);
  CHECK(redis.answered >= 6);
  CHECK(server.run({"DBSIZE"}) == (url.ends_with("/3") ? "0" : "1"));
}

TEST_CASE("a command before the connection is up is refused, after the call", "[redis_client]") {
  const RedisServer server;
  Fixture redis(server.unix_url());
  const auto reply = redis.run({"PING"});
  REQUIRE_FALSE(reply);
  CHECK(reply.error().code == Errc::store_unavailable);
  CHECK(redis.client->stats().refused == 1);
}

TEST_CASE("a client logs in with a password, or as a user with one", "[redis_client]") {
  const RedisServer server({"--requirepass", "open:sesame"});
  CHECK(server.run({"PING"}).starts_with("NOAUTH"));
  const std::string at = "@127.0.0.1:" + std::to_string(server.port());
  Fixture as_default("redis://:open%3Asesame" + at);
  REQUIRE(as_default.connect());
  REQUIRE(as_default.run({"ACL", "SETUSER", "ann", "on", ">p@ss", "~likeness:*", "+get"})->text ==
          "OK");
  Fixture as_user("redis://ann:p%40ss" + at);
  REQUIRE(as_user.connect());
  CHECK(as_user.run({"GET", "likeness:x"})->kind == RedisReply::Kind::nil);
  CHECK(as_user.run({"GET", "other"})->text.starts_with("NOPERM"));
}

TEST_CASE("a refused log-in is told without the password", "[redis_client]") {
  const auto [options, url, word] =
      GENERATE(table<std::vector<std::string>, std::string, std::string>({
          {{"--requirepass", "right"}, "redis://:hunter2@", "WRONGPASS"},
          {{"--requirepass", "right"}, "redis://", "NOAUTH"},
          {{"--rename-command", "AUTH", ""}, "redis://bob:hunter2@", "ERR"},
      }));
  const RedisServer server(options);
  Fixture redis(url + "127.0.0.1:" + std::to_string(server.port()));
  REQUIRE(redis.fail_to_connect());
  CHECK_FALSE(redis.client->connected());
  REQUIRE(redis.reasons.size() == 1);
  CHECK_THAT(redis.reasons[0], Catch::Contains(word));
  CHECK_THAT(redis.reasons[0], !Catch::Contains("hunter2"));
}

TEST_CASE("a database that does not exist is told", "[redis_client]") {
  const RedisServer server;
  Fixture redis(server.tcp_url() + "/99");
  REQUIRE(redis.fail_to_connect());
  CHECK_THAT(redis.reasons[0], Catch::Contains("database"));
}

TEST_CASE("a Redis that appears later is found, at growing intervals", "[redis_client]") {
  RedisServer server({}, RedisServer::Start::later);
  const bool unix_socket = GENERATE(true, false);
  Fixture redis(unix_socket ? server.unix_url() : server.tcp_url());
  REQUIRE(redis.fail_to_connect());
  // The pauses double from 100 ms to 5 s, less up to half of each for jitter: ten take 11 s at
  // least, and 40 s at most.
  const auto start = redis.loop.now();
  while (redis.client->stats().failures < 10) {
    redis.loop.advance(milliseconds(50));
    redis.loop.turn();
  }
  CHECK(redis.loop.now() - start > seconds(10));
  server.start();
  REQUIRE(redis.reconnect());
  CHECK(redis.run({"PING"})->text == "PONG");
}

TEST_CASE("a name that cannot be resolved is tried again", "[redis_client]") {
  // Longer than a name may be, so that no name server is asked.
  Fixture redis("redis://" + std::string(300, 'x') + ":6379");
  REQUIRE(redis.fail_to_connect());
  CHECK_THAT(redis.reasons[0], Catch::Contains("cannot resolve"));
  redis.loop.advance(seconds(5));
  REQUIRE(redis.fail_to_connect(2));
}

TEST_CASE("commands in flight when Redis dies fail once, and the client comes back",
          "[redis_client]") {
  RedisServer server;
  Fixture redis(server.unix_url());
  REQUIRE(redis.connect());
  int failed = 0;
  for (int i = 0; i < 10; ++i) {
    redis.client->run({"BLPOP", "nothing", "0"}, [&](Result<RedisReply> reply) {
      if (!reply) ++failed;
      CHECK_FALSE(redis.client->connected());
    });
  }
  redis.loop.turn();
  server.stop();
  REQUIRE(redis.loop.run_until([&] { return failed == 10; }));
  CHECK_FALSE(redis.run({"PING"}));
  server.start();
  REQUIRE(redis.reconnect());
  CHECK(redis.run({"PING"})->text == "PONG");
  CHECK(failed == 10);
  CHECK(redis.client->stats().connects == 2);
}

TEST_CASE("an answer past its deadline is dropped and the next ones still fit their commands",
          "[redis_client]") {
  RedisSettings settings = patient();
  settings.command_timeout = milliseconds(250);
  RedisServer server;
  Fixture redis(server.unix_url(), settings);
  REQUIRE(redis.connect());
  server.pause();
  std::optional<Result<RedisReply>> late;
  redis.client->run({"ECHO", "late"}, [&](Result<RedisReply> reply) { late = std::move(reply); });
  redis.loop.turn();
  redis.loop.advance(milliseconds(251));
  REQUIRE(redis.loop.run_until([&] { return late.has_value(); }));
  REQUIRE_FALSE(late->has_value());
  CHECK(redis.client->stats().timeouts == 1);
  REQUIRE(redis.client->connected());
  CHECK(redis.client->stats().pending == 1);

  server.resume();
  REQUIRE(redis.loop.run_until([&] { return redis.client->stats().pending == 0; }));
  const auto next = redis.run({"ECHO", "next"});
  REQUIRE(next);
  CHECK(next->text == "next");
}

TEST_CASE("a paused Redis is given up, refuses at once meanwhile, and is found again",
          "[redis_client]") {
  RedisSettings settings;
  settings.command_timeout = seconds(1);
  settings.connect_timeout = seconds(1);
  RedisServer server;
  Fixture redis(server.unix_url(), settings);
  REQUIRE(redis.connect());
  server.pause();
  int failed = 0;
  const auto count = [&failed](Result<RedisReply> reply) { failed += reply ? 0 : 1; };
  for (int i = 0; i < 5; ++i) redis.client->run({"PING"}, count);
  redis.loop.turn();
  redis.loop.advance(seconds(3));
  REQUIRE(redis.loop.run_until([&] { return failed == 5; }));
  CHECK_FALSE(redis.client->connected());
  CHECK(redis.client->stats().timeouts == 5);
  CHECK_THAT(redis.reasons.back(), Catch::Contains("stopped answering"));
  CHECK_FALSE(redis.run({"PING"}));
  CHECK(redis.client->stats().refused == 1);

  // The kernel accepts connections for the paused process: only the log-in's deadline tells.
  REQUIRE(redis.loop.run_until([&] {
    redis.loop.advance(milliseconds(100));
    return redis.client->stats().failures >= 3;
  }));
  CHECK_THAT(redis.reasons.back(), Catch::Contains("in time"));
  server.resume();
  REQUIRE(redis.loop.run_until([&] {
    redis.loop.advance(milliseconds(1));
    return redis.client->connected();
  }));
}

TEST_CASE("only so many commands may be in flight", "[redis_client]") {
  RedisSettings settings = patient();
  settings.max_pending = 3;
  const RedisServer server;
  Fixture redis(server.unix_url(), settings);
  REQUIRE(redis.connect());
  int good = 0;
  int refused = 0;
  for (int i = 0; i < 5; ++i) {
    redis.client->run({"PING"}, [&](Result<RedisReply> reply) { ++(reply ? good : refused); });
  }
  CHECK(redis.client->stats().pending == 3);
  REQUIRE(redis.loop.run_until([&] { return good + refused == 5; }));
  CHECK(good == 3);
  CHECK(refused == 2);
}

TEST_CASE("what waits unsent is bounded in bytes too", "[redis_client]") {
  RedisServer server;
  Fixture redis(server.unix_url());
  REQUIRE(redis.connect());
  server.pause();
  const SharedBytes large = share(std::string(20 * kMiB, 'x'));
  int refused = 0;
  int answered = 0;
  for (int i = 0; i < 8; ++i) {
    redis.client->run({"SET", "key", {"head ", large}},
                      [&](Result<RedisReply> reply) { ++(reply ? answered : refused); });
  }
  REQUIRE(redis.loop.run_until([&] { return refused > 0; }));
  CHECK(redis.client->stats().unsent_bytes < 90 * kMiB);
  server.resume();
  REQUIRE(redis.loop.run_until([&] { return refused + answered == 8; }, seconds(60)));
  CHECK(answered >= 3);
  CHECK(redis.run({"STRLEN", "key"})->integer == static_cast<long long>(20 * kMiB + 5));
}

TEST_CASE("who does not speak the protocol, or speaks unasked, is left and tried again",
          "[redis_client]") {
  const std::string words =
      GENERATE(as<std::string>(), "HTTP/1.1 400 Bad Request\r\n", "+PONG\r\n+OK\r\n",
               "*3000000\r\n", ":1x\r\n", "-ERR max number of clients reached\r\n",
               "-LOADING Redis is loading the dataset in memory\r\n");
  CAPTURE(words);
  Impostor impostor;
  Fixture redis("unix:" + impostor.path());
  REQUIRE(redis.loop.run_until([&] { return redis.client->stats().pending == 1; }));
  impostor.accept();
  impostor.say(words);
  REQUIRE(redis.fail_to_connect());
  CHECK_FALSE(redis.client->connected());
  redis.loop.advance(seconds(5));
  REQUIRE(redis.loop.run_until([&] { return redis.client->stats().pending == 1; }));
  impostor.accept();
  impostor.say("+PONG\r\n");
  CHECK(redis.connect());
}

TEST_CASE("a reply cut anywhere is put together", "[redis_client]") {
  Impostor impostor;
  Fixture redis("unix:" + impostor.path());
  REQUIRE(redis.loop.run_until([&] { return redis.client->stats().pending == 1; }));
  impostor.accept();
  impostor.say("+PONG\r\n");
  REQUIRE(redis.connect());
  std::optional<Result<RedisReply>> got;
  redis.client->run({"X"}, [&](Result<RedisReply> reply) { got = std::move(reply); });
  for (const char c : std::string("*4\r\n$4\r\na\r\nb\r\n$-1\r\n:-7\r\n*1\r\n+ok\r\n")) {
    CHECK_FALSE(got.has_value());
    impostor.say({&c, 1});
    redis.loop.turn();
  }
  REQUIRE(redis.loop.run_until([&] { return got.has_value(); }));
  REQUIRE(got->has_value());
  const auto& elements = (*got)->elements;
  REQUIRE(elements.size() == 4);
  CHECK(elements[0].text == "a\r\nb");
  CHECK(elements[1].kind == RedisReply::Kind::nil);
  CHECK(elements[2].integer == -7);
  REQUIRE(elements[3].elements.size() == 1);
  CHECK(elements[3].elements[0].text == "ok");
}

}  // namespace likeness::cache
