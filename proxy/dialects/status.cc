#include "proxy/dialects/status.h"

#include "proxy/dialects/ucwa_documents.h"

namespace likeness::dialects {

int status_of(Errc code) {
  switch (code) {
    case Errc::bad_request: return 400;
    case Errc::unauthorized: return 401;
    case Errc::forbidden: return 403;
    case Errc::origin_refused: return 403;
    case Errc::unknown_route: return 404;
    case Errc::unsupported_version: return 404;
    case Errc::no_photo: return 404;
    case Errc::not_found: return 404;
    case Errc::method_not_allowed: return 405;
    case Errc::conflict: return 409;
    case Errc::gone: return 410;
    case Errc::precondition_failed: return 412;
    case Errc::too_large: return 413;
    case Errc::unsupported_media: return 415;
    case Errc::too_many_requests: return 429;
    // The contact has a photo, and it cannot be processed: not the client's fault, and not passing.
    case Errc::bad_source: return 422;
    case Errc::source_too_large: return 422;
    case Errc::origin_failed: return 502;
    case Errc::origin_unreachable: return 502;
    case Errc::origin_timeout: return 504;
    case Errc::throttled: return 503;
    case Errc::overloaded: return 503;
    case Errc::store_unavailable: return 503;
    case Errc::shutting_down: return 503;
    case Errc::abandoned: return 500;
    case Errc::internal: return 500;
  }
  return 500;
}

int status_of(Dialect dialect, Errc code) {
  if (dialect == Dialect::ucwa) return ucwa_status(code);
  // Graph's clients wait and try again by themselves.
  if (dialect == Dialect::graph && code == Errc::throttled) return 429;
  return status_of(code);
}

std::string message_of(const Error& error) {
  switch (error.code) {
    case Errc::bad_request:
      return error.detail.empty() ? "The request is not valid." : error.detail;
    case Errc::unauthorized: return "This needs authorization.";
    case Errc::forbidden: return "Access is denied.";
    case Errc::origin_refused: return "The photo's origin refuses to show it.";
    case Errc::unknown_route: return "There is nothing at this address.";
    case Errc::unsupported_version: return "The version that you require is not served here.";
    case Errc::no_photo: return "The photo wasn't found.";
    case Errc::not_found: return "The specified object was not found in the store.";
    case Errc::method_not_allowed: return "This method does not apply here.";
    case Errc::conflict: return "Something of that name exists already.";
    case Errc::gone: return "The sync token is too old: synchronise afresh.";
    case Errc::precondition_failed: return "What is stored has changed meanwhile.";
    case Errc::too_large: return "What was sent is too large.";
    case Errc::unsupported_media:
      return error.detail.empty() ? "What was sent is no image of an accepted format."
                                  : error.detail;
    case Errc::bad_source: return "The photo at the origin is damaged or of a format not accepted.";
    case Errc::source_too_large: return "The photo at the origin is too large to process.";
    case Errc::origin_failed: return "The photo's origin failed.";
    case Errc::origin_unreachable: return "The photo's origin cannot be reached.";
    case Errc::origin_timeout: return "The photo's origin did not answer in time.";
    case Errc::too_many_requests: return "Too many requests; try again later.";
    case Errc::throttled: return "The photo's origin asks to come back later.";
    case Errc::overloaded: return "Too busy; try again soon.";
    case Errc::store_unavailable: return "Too busy; try again soon.";
    case Errc::shutting_down: return "Going away; try again soon.";
    case Errc::abandoned: return "Something went wrong here.";
    case Errc::internal: return "Something went wrong here.";
  }
  return "Something went wrong here.";
}

}  // namespace likeness::dialects
