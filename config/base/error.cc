#include "config/base/error.h"

namespace likeness {

std::string_view name(Errc code) {
  switch (code) {
    case Errc::bad_request: return "bad_request";
    case Errc::unauthorized: return "unauthorized";
    case Errc::forbidden: return "forbidden";
    case Errc::unknown_route: return "unknown_route";
    case Errc::unsupported_version: return "unsupported_version";
    case Errc::method_not_allowed: return "method_not_allowed";
    case Errc::no_photo: return "no_photo";
    case Errc::not_found: return "not_found";
    case Errc::conflict: return "conflict";
    case Errc::gone: return "gone";
    case Errc::precondition_failed: return "precondition_failed";
    case Errc::too_large: return "too_large";
    case Errc::unsupported_media: return "unsupported_media";
    case Errc::bad_source: return "bad_source";
    case Errc::source_too_large: return "source_too_large";
    case Errc::origin_refused: return "origin_refused";
    case Errc::origin_failed: return "origin_failed";
    case Errc::origin_unreachable: return "origin_unreachable";
    case Errc::origin_timeout: return "origin_timeout";
    case Errc::too_many_requests: return "too_many_requests";
    case Errc::throttled: return "throttled";
    case Errc::overloaded: return "overloaded";
    case Errc::store_unavailable: return "store_unavailable";
    case Errc::shutting_down: return "shutting_down";
    case Errc::abandoned: return "abandoned";
    case Errc::internal: return "internal";
  }
  return "unknown";
}

}  // namespace likeness
