#ifndef LIKENESS_PROXY_GATEWAY_H_
#define LIKENESS_PROXY_GATEWAY_H_

#include <functional>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/guard.h"
#include "proxy/access/permissions.h"
#include "proxy/admin.h"
#include "proxy/debug.h"
#include "proxy/dialects/call.h"
#include "proxy/exchange.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/forward/forwarder.h"
#include "proxy/http/message.h"
#include "proxy/page/page.h"
#include "proxy/photo/service.h"
#include "proxy/rest/contacts_api.h"
#include "proxy/rest/photo_uploads.h"
#include "proxy/telemetry/metrics.h"

namespace likeness {

// What the gateways of all loops ask the process itself. Thread-safe functions.
struct ProcessView {
  // Gives the Prometheus text on `here`, the loop that asks, on a later turn.
  std::function<void(Loop& here, std::move_only_function<void(std::string)> done)> metrics;
  // May a balancer send requests here?
  std::function<bool()> ready;
  Admin::CarryOut purge;
  Page::List list_photos;
};

// The embedded contact store's face on one loop.
struct StoreFace {
  StoreFace(rest::Ports with, const access::Tokens& tokens, const Settings& settings)
      : ports(std::move(with)),
        callers(tokens, settings),
        api(ports, callers, settings),
        uploads(ports, callers) {}
  StoreFace(const StoreFace&) = delete;
  StoreFace& operator=(const StoreFace&) = delete;

  rest::Ports ports;
  rest::Callers callers;
  rest::ContactsApi api;
  rest::PhotoUploads uploads;
};
// The largest body that is read for a request: of calls that come in one.
[[nodiscard]] std::size_t call_body_limit(const PhotoSettings& settings, http::Method method,
                                          std::string_view path);

// The gateway of one loop: turns an HTTP request into a dialect's call, asks the photo service, and
// turns the outcome into the dialect's answer. Memory hits are answered within handle(), without an
// allocation.
//
// Loop-confined. Outlives the responders it has been given.
class Gateway {
 public:
  // What it is given outlives it. `store` is null without an embedded store, `forwarder` where
  // nothing is forwarded.
  Gateway(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
          const access::CurrentGuard& guard, access::Permissions& permissions,
          const Settings& settings, ProcessView process, const Audit& audit, StoreFace* store,
          forward::Forwarder* forwarder);

  void handle(const http::Request& request, http::Responder responder);

 private:
  // What more a dialect's every answer carries.
  [[nodiscard]] std::string_view lines_of(dialects::Dialect dialect) const;
  // Puts the caller's name in the place of "me", where there are names of callers.
  [[nodiscard]] Result<void> name_caller(const http::Request& request, dialects::Call& call) const;
  // Finds what a call within a body asks for, on behalf of who sent the request.
  void look_up(const http::Request& request, dialects::Call call, photo::Flights::Done done);

  // Is this for the live service behind us: part of its API, and no photo that we serve?
  [[nodiscard]] bool is_forwarded(const http::Request& request,
                                  const dialects::Parsed& parsed) const;
  bool answer_system(const http::Request& request, Exchange& exchange);
  bool answer_posted(const http::Request& request, Exchange& exchange);
  bool answer_operators(const http::Request& request, Exchange& exchange);
  void answer_photo(const http::Request& request, const dialects::Call& call, Exchange exchange);
  [[nodiscard]] bool name_own(const access::Proof& proof, dialects::Call& call) const;
  void ask_permission(const http::Request& request, const dialects::Call& call, Exchange exchange);
  void deny(const http::Request& request, const dialects::Call& call, Exchange& exchange,
            const Error& error);
  // Answers a request that may see the photo. `caller` is shown to origins that know callers.
  void serve(const http::Request& request, const dialects::Call& call, Exchange exchange,
             const access::Proof& caller);
  void answer(const http::Request& request, const dialects::Call& call, Exchange& exchange,
              const photo::Outcome& outcome);
  void answer_failure(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                      const photo::Failure& failure);
  void answer_stand_in(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                       const photo::Failure& failure, const cache::PicturePtr& picture);
  void answer_found(const http::Request& request, const dialects::Call& call, Exchange& exchange,
                    const photo::Found& found);

  Loop& loop_;
  photo::Service& service_;
  fallback::Fallbacks& fallbacks_;
  const access::CurrentGuard& guard_;
  access::Permissions& permissions_;
  const Settings& settings_;
  dialects::Limits limits_;
  ProcessView process_;
  const Audit audit_;
  StoreFace* store_;
  forward::Forwarder* forwarder_;
  RequestIds request_ids_;
  Admin admin_;
  Debug debug_;
  Page page_;
  const std::string shared_lines_;
  const std::string ucwa_lines_;
  const std::string preflight_lines_;
  const std::string writable_preflight_lines_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_GATEWAY_H_
