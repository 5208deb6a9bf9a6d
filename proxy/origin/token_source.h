#ifndef LIKENESS_PROXY_ORIGIN_TOKEN_SOURCE_H_
#define LIKENESS_PROXY_ORIGIN_TOKEN_SOURCE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "config/base/guarded.h"
#include "config/base/loop.h"
#include "proxy/origin/http_client.h"

namespace likeness::origin {

// An app's access to a service: client id and secret at a token endpoint (RFC 6749 4.4).
struct ClientCredentials {
  std::string token_url;
  std::string client_id;
  std::string client_secret;
  std::string scope;
};

struct Token {
  std::string value;
  seconds lifetime{0};
};

// What a token endpoint's answer means (RFC 6749 5): a token, or origin_refused where it knows us
// and says no, else as answer.h. Without "expires_in" a token is taken to last five minutes.
[[nodiscard]] Result<Token> interpret_token(const ClientResponse& response,
                                            WallClock::time_point now);

// The value of an Authorization header. Secret.
using Authorization = std::shared_ptr<const std::string>;

// A TokenSource hands out the token with which a process asks a live service: a fixed one, or one
// that it fetches and renews before it expires. One request at a time fetches it, for all loops;
// while the old one is good nobody waits. After a failure the next attempt waits a little, and what
// asks meanwhile gets that failure.
//
// Thread-safe. Tokens and secrets are never logged and stand in no error.
class TokenSource {
 public:
  using Done = std::move_only_function<void(Result<Authorization>)>;

  explicit TokenSource(std::string_view fixed_token);
  explicit TokenSource(ClientCredentials credentials);

  // Calls `done` exactly once, on a later turn of `loop`, the caller's. `client` is the loop's own,
  // and sends the request where one is due; if it is destroyed during that, nobody is answered.
  void get(Loop& loop, HttpClient& client, Done done);

  // The service refused this token: the next get() fetches another one.
  void reject(const Authorization& token);

  // A fixed token is all there is; rejecting it changes nothing.
  [[nodiscard]] bool renews() const { return !credentials_.token_url.empty(); }

 private:
  struct Waiter {
    Loop* loop;
    Done done;
  };
  struct State {
    Authorization token;
    Clock::time_point renew_at;
    Clock::time_point expires_at;
    bool fetching = false;
    std::vector<Waiter> waiting;
    Error failure;
    Clock::time_point failed_until;
  };

  void fetch(Loop& loop, HttpClient& client);
  void settle(Result<Token> result, Clock::time_point now);

  const ClientCredentials credentials_;
  Guarded<State> state_;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_TOKEN_SOURCE_H_
