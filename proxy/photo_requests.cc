#include "proxy/photo_requests.h"

#include <memory>
#include <string>
#include <utility>

#include "proxy/answer/answer.h"
#include "proxy/dialects/ucwa_documents.h"
#include "proxy/dialects/url.h"
#include "proxy/http/trace.h"
#include "proxy/kept_request.h"
#include "proxy/photo/id.h"

namespace likeness {

using dialects::Call;
using http::Lines;
using http::Request;

PhotoRequests::PhotoRequests(Loop& loop, photo::Service& service, fallback::Fallbacks& fallbacks,
                             const access::CurrentGuard& guard, access::Permissions& permissions,
                             const Settings& settings)
    : loop_(loop),
      service_(service),
      guard_(guard),
      permissions_(permissions),
      answers_(loop, fallbacks, settings) {}

void PhotoRequests::answer(const Request& request, const Call& call, Exchange exchange) {
  using Next = access::Decision::Next;
  const auto now = exchange.started();
  if (guard_->is_open(call.dialect)) return serve(request, call, std::move(exchange), {}, now);
  const auto decision = guard_->decide(request, call, loop_.wall());
  exchange.confidential = exchange.confidential || decision.confidential;
  exchange.left = decision.left;
  switch (decision.next) {
    case Next::allow: return serve(request, call, std::move(exchange), {}, now);
    case Next::ask_origin: return ask_permission(request, call, std::move(exchange));
    case Next::refuse: return deny(request, call, exchange, {decision.why, {}, {}});
  }
}

// A photo that is cached is at hand for all callers; the right to see it is each caller's own.
void PhotoRequests::ask_permission(const Request& request, const Call& asked, Exchange exchange) {
  const access::Proof proof = access::proof_of(request, asked.dialect);
  Call call = asked;
  if (!name_own(proof, call)) return deny(request, call, exchange, {Errc::no_photo, {}, {}});
  const auto photo = call.photo.view();
  const auto now = exchange.started();
  const auto known = permissions_.find(proof, photo, now);
  if (known && !*known) return deny(request, call, exchange, known->error());
  if (known) return serve(request, call, std::move(exchange), proof, now);
  origin::Credentials caller = proof.copy();
  caller.traceparent = http::traceparent(request);
  exchange.remember(request);
  permissions_.ask(
      loop_, caller, std::string(photo),
      [this, kept = std::make_unique<KeptRequest>(request, call), caller, began = Clock::now(),
       exchange = std::move(exchange)](const Result<void>& answer) mutable {
        exchange.waited(&photo::Waits::origin, began);
        if (!answer) return deny(kept->request(), kept->call(), exchange, answer.error());
        serve(kept->request(), kept->call(), std::move(exchange),
              {caller.authorization, caller.cookie}, Clock::now());
      });
}

// Whoever may see that there is no photo is shown what stands in for it.
void PhotoRequests::deny(const Request& request, const Call& call, Exchange& exchange,
                         const Error& error) {
  if (error.code == Errc::no_photo)
    return answers_.answer(request, call, exchange,
                           std::unexpected(photo::Failure{error, {}, {}, {}}));
  const bool proof_wanted = error.code == Errc::unauthorized;
  refuse(exchange, call.dialect, error, request.header("accept"),
         proof_wanted ? "WWW-Authenticate: Bearer" : "");
}

void PhotoRequests::serve(const Request& request, const Call& call, Exchange exchange,
                          const access::Proof& caller, Clock::time_point now) {
  if (call.form == dialects::Form::resource) {
    auto [body, type] = dialects::ucwa_resource(request, call);
    Lines lines = exchange.lines();
    lines.line("Cache-Control: no-cache").line("Vary: Accept");
    return send_document(exchange, lines, 200, {std::move(body), type},
                         telemetry::CacheOutcome::none);
  }
  const auto photo = call.photo.view();
  if (const auto outcome = service_.find(photo, call.ask, loop_.wall(), now))
    return answers_.answer(request, call, exchange, *outcome);
  if (const auto error = guard_->miss(request.address, photo, now))
    return deny(request, call, exchange, *error);
  auto kept = std::make_unique<KeptRequest>(request, call);
  exchange.remember(request);
  origin::Credentials asker = caller.copy();
  asker.traceparent = http::traceparent(request);
  service_.get(
      loop_, std::string(photo), call.ask,
      [this, kept = std::move(kept),
       exchange = std::move(exchange)](const photo::Outcome& outcome) mutable {
        answers_.answer(kept->request(), kept->call(), exchange, outcome);
      },
      std::move(asker));
}

void PhotoRequests::find(const Request& request, Call call, photo::Flights::Done done) {
  using Next = access::Decision::Next;
  const auto fail_with = [](photo::Flights::Done& tell, const Error& error) {
    tell(std::unexpected(photo::Failure{error, {}, {}, {}, false}));
  };
  const auto decision = guard_->decide(request, call, loop_.wall());
  if (decision.next == Next::refuse) return fail_with(done, {decision.why, {}, {}});
  const auto proof =
      decision.next == Next::allow ? access::Proof() : access::proof_of(request, call.dialect);
  if (decision.next == Next::ask_origin && !name_own(proof, call))
    return fail_with(done, {Errc::no_photo, {}, {}});
  const auto photo = call.photo.view();
  auto find = [this, call, caller = proof.copy(), address = request.address, fail_with,
               done = std::move(done)](const Result<void>& answer) mutable {
    if (!answer) return fail_with(done, answer.error());
    const auto name = call.photo.view();
    if (const auto outcome = service_.find(name, call.ask, loop_.wall(), Clock::now()))
      return done(*outcome);
    if (const auto error = guard_->miss(address, name, Clock::now()))
      return fail_with(done, *error);
    service_.get(loop_, std::string(name), call.ask, std::move(done), std::move(caller));
  };
  if (decision.next == Next::allow) return find({});
  if (const auto known = permissions_.find(proof, photo, Clock::now())) return find(*known);
  permissions_.ask(loop_, proof.copy(), std::string(photo), std::move(find));
}

// "me" is somebody else for each caller of an origin that knows callers. False if the id is one
// that only this process may give.
bool PhotoRequests::name_own(const access::Proof& proof, Call& call) const {
  if (call.photo.view().starts_with(photo::kOwnPrefix)) return false;
  if (!dialects::is(call.photo.view(), "me")) return true;
  call.photo = {};
  return call.photo.append(permissions_.own_photo(proof));
}

}  // namespace likeness
