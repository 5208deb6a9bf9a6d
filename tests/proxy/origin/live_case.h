#ifndef LIKENESS_TESTS_PROXY_ORIGIN_LIVE_CASE_H_
#define LIKENESS_TESTS_PROXY_ORIGIN_LIVE_CASE_H_

#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "proxy/origin/live_client.h"
#include "proxy/origin/origin.h"
#include "tests/support/scripted_server.h"
#include "tests/support/test_loop.h"

// What the tests of live origins have in common.
namespace likeness::origin {

using test::ScriptedServer;

inline std::string answer(const std::string& status, const std::string& body,
                          const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         headers + "\r\n" + body;
}

inline std::string metadata(const std::string& tag) {
  return answer("200 OK", R"({"@odata.mediaEtag":")" + tag + R"(","width":648,"height":648})");
}

inline const std::string kNone =
    answer("404 Not Found", R"({"error":{"code":"ImageNotFound","message":"…"}})");

inline std::string target_of(const std::string& head) {
  const auto begin = head.find(' ') + 1;
  return head.substr(begin, head.find(' ', begin) - begin);
}

// A service that answers each target with the next of its answers, the last one for ever; what it
// was not told of is not there.
class Service {
 public:
  using Answers = std::map<std::string, std::deque<std::string>>;
  explicit Service(Answers answers)
      : answers_(std::move(answers)), server_([this](const std::string& head) {
          auto& left = answers_[target_of(head)];
          if (left.empty()) return kNone;
          const std::string next = left.front();
          if (left.size() > 1) left.pop_front();
          return next;
        }) {}
  [[nodiscard]] std::string url() const { return server_.url(); }
  [[nodiscard]] std::vector<std::string> heads() const { return server_.requests(); }
  [[nodiscard]] std::vector<std::string> targets() const {
    std::vector<std::string> targets;
    for (const auto& head : heads()) targets.push_back(target_of(head));
    return targets;
  }

 private:
  Answers answers_;
  ScriptedServer server_;
};

inline LiveShared shared_with(const Service& service, Auth auth, const std::string& scope) {
  const Target target = *parse_target(service.url());
  return {.auth = auth,
          .max_bytes = 1'000,
          .policy = {target, {}, "auto"},
          .token_policy = {target, {}, "auto"},
          .tokens = scope.empty() ? TokenSource("static")
                                  : TokenSource(ClientCredentials{service.url() + "/token",
                                                                  "app&id", "s&cret", scope}),
          .slots = std::make_shared<Slots>(4, 100)};
}

// One loop's origin of a kind.
template <class OriginKind>
struct Case {
  template <class... More>
  explicit Case(Service::Answers answers, Auth auth, More... more)
      : Case(std::move(answers), auth, std::string(), more...) {}
  template <class... More>
  Case(Service::Answers answers, Auth auth, const std::string& scope, More... more)
      : service(std::move(answers)),
        shared(shared_with(service, auth, scope)),
        origin(loop, settings, shared, more..., service.url()) {}

  Result<Fetched> fetch(const std::string& photo, const std::string& etag = "",
                        const Credentials& caller = {}) {
    std::optional<Result<Fetched>> result;
    origin.fetch(photo, {etag, ""}, caller, [&](auto got) { result = std::move(got); });
    CHECK_FALSE(result.has_value());
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return std::move(*result);
  }
  Result<void> check(const std::string& photo, const Credentials& caller) {
    std::optional<Result<void>> result;
    origin.check(photo, {}, caller, [&](auto got) { result = std::move(got); });
    CHECK_FALSE(result.has_value());
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
    return std::move(*result);
  }

  Service service;
  OriginSettings settings;
  LiveShared shared;
  test::TestLoop loop;
  OriginKind origin;
};

using Targets = std::vector<std::string>;
inline const std::string kContact = "/v1.0/me/contacts/AA";
inline const std::string kPhoto = kContact + "/photo";
inline const std::string kAddresses = kContact + "?$select=emailAddresses";

}  // namespace likeness::origin

#endif  // LIKENESS_TESTS_PROXY_ORIGIN_LIVE_CASE_H_
