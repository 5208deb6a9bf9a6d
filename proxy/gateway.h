#ifndef LIKENESS_PROXY_GATEWAY_H_
#define LIKENESS_PROXY_GATEWAY_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/guard.h"
#include "proxy/access/permissions.h"
#include "proxy/admin.h"
#include "proxy/answer/exchange.h"
#include "proxy/dialects/call.h"
#include "proxy/fallback/fallbacks.h"
#include "proxy/forward/forwarder.h"
#include "proxy/http/message.h"
#include "proxy/page/page.h"
#include "proxy/photo/service.h"
#include "proxy/photo_requests.h"
#include "proxy/probes.h"
#include "proxy/rest/store_face.h"

namespace likeness {

// What the gateways of all loops ask the process itself. Thread-safe functions.
struct ProcessView {
  Probes::Metrics metrics;
  Probes::Ready ready;
  Admin::CarryOut purge;
  Page::List list_photos;
};

// The largest body that is read for a request: of calls that come in one.
[[nodiscard]] std::size_t call_body_limit(const PhotoSettings& settings, http::Method method,
                                          std::string_view path);

// The gateway of one loop: takes every request, and gives it to the part that answers it. What is
// left, in no body and for no part, it reads as a dialect's call for a photo (PhotoRequests).
// Memory hits are answered within handle(), without an allocation.
//
// Loop-confined. Outlives the responders it has been given.
class Gateway {
 public:
  // What it is given outlives it. `store` is null without an embedded store, `forwarder` where
  // nothing is forwarded.
  Gateway(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
          const access::CurrentGuard& guard, access::Permissions& permissions,
          const Settings& settings, ProcessView process, const Audit& audit, rest::StoreFace* store,
          forward::Forwarder* forwarder);

  void handle(const http::Request& request, http::Responder responder);

 private:
  // What more a dialect's every answer carries.
  [[nodiscard]] std::string_view lines_of(dialects::Dialect dialect) const;
  // Puts the caller's name in the place of "me", where there are names of callers.
  [[nodiscard]] Result<void> name_caller(const http::Request& request, dialects::Call& call) const;

  // Is this for the live service behind us: part of its API, and no photo that we serve?
  [[nodiscard]] bool is_forwarded(const http::Request& request,
                                  const dialects::Parsed& parsed) const;
  bool answer_operators(const http::Request& request, Exchange& exchange);
  bool answer_posted(const http::Request& request, Exchange& exchange);
  // Answers a call whose route is the request's own.
  void answer_call(const http::Request& request, dialects::Call& call, Exchange exchange);

  fallback::Fallbacks& fallbacks_;
  const access::CurrentGuard& guard_;
  const Settings& settings_;
  dialects::Limits limits_;
  const Audit audit_;
  rest::StoreFace* store_;
  forward::Forwarder* forwarder_;
  RequestIds request_ids_;
  PhotoRequests photos_;
  Probes probes_;
  Admin admin_;
  Page page_;
  const std::string shared_lines_;
  const std::string ucwa_lines_;
  const std::string preflight_lines_;
  const std::string writable_preflight_lines_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_GATEWAY_H_
