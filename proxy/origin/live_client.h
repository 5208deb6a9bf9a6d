#ifndef LIKENESS_PROXY_ORIGIN_LIVE_CLIENT_H_
#define LIKENESS_PROXY_ORIGIN_LIVE_CLIENT_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "config/base/lifetime.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/origin/gate.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/origin.h"
#include "proxy/origin/slots.h"
#include "proxy/origin/token_source.h"

namespace likeness::origin {

// How a live service is asked: origin.auth.
enum class Auth : std::uint8_t { none, token, caller };

// What the loops' clients of one live service share.
struct LiveShared {
  Auth auth = Auth::none;
  std::size_t max_bytes = 0;  // Of a photo.
  SourcePolicy policy;
  SourcePolicy token_policy;
  TokenSource tokens;
  std::shared_ptr<Slots> slots;
  Gate gate = {};
};

// A LiveClient asks one of Microsoft's live services for one loop: it shows the proof that the
// settings say, keeps to the process's slots, and stays away while the service has asked to.
//
// Errors: those of HttpClient; origin_refused where the caller's proof is wanted and he has none;
// throttled while the service is to be left alone; and whatever `trouble` makes of an answer.
//
// Loop-confined. Destroying it drops what is in flight without calling back.
class LiveClient {
 public:
  using Done = std::move_only_function<void(Result<ClientResponse>)>;
  // What is wrong with an answer; nothing if it is a good one.
  using Trouble = std::optional<Error> (*)(const ClientResponse&, WallClock::time_point now);

  // `settings` is the loop's share, and outlives the client as `shared` does.
  LiveClient(Loop& loop, const OriginSettings& settings, LiveShared& shared, Trouble trouble);

  // GETs a URL. Calls `done` exactly once, on a later turn. A renewed token is tried once where the
  // service refuses the one at hand.
  void get(std::string url, std::vector<std::string> headers, const Credentials& caller, Done done);

  // For Origin::check(): calls back with yes on a later turn.
  void answer_yes(Origin::Checked done);

  [[nodiscard]] bool asks_as_caller() const { return shared_.auth == Auth::caller; }
  [[nodiscard]] OriginStats stats() const;

 private:
  struct Request;
  using RequestPtr = std::shared_ptr<Request>;

  void authorize(const RequestPtr& request);
  void wait_for_slot(const RequestPtr& request);
  void send(const RequestPtr& request, Slots::Hold hold);
  void received(const RequestPtr& request, Result<ClientResponse> response);
  void finish(const RequestPtr& request, Result<ClientResponse> result);
  void fail_later(const RequestPtr& request, Error error);
  [[nodiscard]] std::optional<Error> shut() const;

  Loop& loop_;
  const OriginSettings& settings_;
  LiveShared& shared_;
  Trouble trouble_;
  HttpClient client_;
  HttpClient token_client_;
  OriginStats stats_;  // Of whole requests, waiting included; the clients count the rest.
  Lifetime lifetime_;
};

// Makes of an origin's callback one for get(): it passes on the photo that the answer has, or that
// the copy at hand is right (read_photo()).
[[nodiscard]] LiveClient::Done as_photo(Origin::Done done);
// Makes of a check's callback one for fetch(), where a service has no shorter answer than the
// photo.
[[nodiscard]] Origin::Done as_check(Origin::Checked done);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_LIVE_CLIENT_H_
