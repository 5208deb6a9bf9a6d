#ifndef LIKENESS_PROXY_PHOTO_REQUESTS_H_
#define LIKENESS_PROXY_PHOTO_REQUESTS_H_

#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/guard.h"
#include "proxy/access/permissions.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/http/message.h"
#include "proxy/photo/flights.h"
#include "proxy/photo/service.h"
#include "proxy/photo_answers.h"

namespace likeness {

// The requests for photos on one loop: may the caller see the photo, what is found of it, and the
// answer. A memory hit is answered before answer() returns, without an allocation.
//
// Loop-confined. Outlives the exchanges and callbacks it has been given.
class PhotoRequests {
 public:
  // What it is given outlives it.
  PhotoRequests(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
                const access::CurrentGuard& guard, access::Permissions& permissions,
                const Settings& settings);

  // Answers a request that reads a photo, now or later.
  void answer(const http::Request& request, const dialects::Call& call, Exchange exchange);

  // Finds what a call within a body asks for, on behalf of whoever sent the request, which is read
  // before find() returns. Calls `done` exactly once, maybe before it returns.
  void find(const http::Request& request, dialects::Call call, photo::Flights::Done done);

 private:
  [[nodiscard]] bool name_own(const access::Proof& proof, dialects::Call& call) const;
  void ask_permission(const http::Request& request, const dialects::Call& call, Exchange exchange);
  void deny(const http::Request& request, const dialects::Call& call, Exchange& exchange,
            const Error& error);
  // Answers a request that may see the photo. `caller` is shown to origins that know callers. What
  // memory has must be vouched for at `now`.
  void serve(const http::Request& request, const dialects::Call& call, Exchange exchange,
             const access::Proof& caller, Clock::time_point now);

  Loop& loop_;
  photo::Service& service_;
  const access::CurrentGuard& guard_;
  access::Permissions& permissions_;
  PhotoAnswers answers_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_PHOTO_REQUESTS_H_
