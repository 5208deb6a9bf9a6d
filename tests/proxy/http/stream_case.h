#ifndef LIKENESS_TESTS_PROXY_HTTP_STREAM_CASE_H_
#define LIKENESS_TESTS_PROXY_HTTP_STREAM_CASE_H_

#include <catch2/catch.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "tests/proxy/http/wire.h"

namespace likeness::http {

// What tests of bodies that are passed on while they come share.

inline const std::string kHost = "Host: h\r\n\r\n";

inline std::string get(const std::string& target, const std::string& version = "1.1") {
  return "GET " + target + " HTTP/" + version + "\r\n" + kHost;
}

inline std::string post(const std::string& fields) {
  return "POST /stream HTTP/1.1\r\n" + fields + "\r\n" + kHost;
}

// A server whose requests for /stream are in the hands of the test.
struct StreamCase {
  explicit StreamCase(HttpSettings settings = {}) : server(std::move(settings)) {
    server.stream = [this](const Request& request, Responder responder) {
      follows = request.body_follows;
      length = request.body_length;
      whole = request.body;
      in = responder.body();
      responder.watch([this] { ++wakes; });
      out.reset();
      duty.emplace(std::move(responder));
    };
  }

  void wait_for_request() {
    REQUIRE(server.loop.run_until([&] { return duty.has_value(); }));
  }

  void begin(std::optional<std::uint64_t> size = std::nullopt, int status = 200) {
    wait_for_request();
    out.emplace(duty->begin({.status = status, .lines = "X-Test: 1\r\n"}, size));
    duty.reset();
  }

  void answer(int status) {
    duty->send({.status = status});
    duty.reset();
  }

  // What has come of the request's body; reads until nothing more is there.
  std::string read(std::size_t size = 100'000) {
    std::string text(size, '\0');
    std::size_t got = 0;
    for (int turns = 0; turns < 20 && got < size; ++turns) {
      got += in->read(text.data() + got, size - got);
      server.loop.turn();
    }
    text.resize(got);
    return text;
  }

  [[nodiscard]] bool ended() {
    return server.loop.run_until([&] { return server.server->counters().open == 0; });
  }

  TestServer server;
  std::optional<Responder> duty;
  std::optional<IncomingBody> in;
  std::optional<OutgoingBody> out;
  std::optional<std::uint64_t> length;
  std::string whole;
  bool follows = false;
  int wakes = 0;
};

// Everything that has come so far, without waiting for an end.
inline std::string so_far(Wire& wire) {
  wire.settle();
  return wire.take();
}

}  // namespace likeness::http

#endif  // LIKENESS_TESTS_PROXY_HTTP_STREAM_CASE_H_
