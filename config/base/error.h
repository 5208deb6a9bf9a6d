#ifndef LIKENESS_CONFIG_BASE_ERROR_H_
#define LIKENESS_CONFIG_BASE_ERROR_H_

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

#include "config/base/time.h"

namespace likeness {

// Why something could not be done, in the words of the photo service. No code means two things:
// a dialect maps each one to its own status and body, and nobody else does.
enum class Errc : std::uint8_t {
  bad_request,          // The client's request makes no sense; `detail` says which part.
  unauthorized,         // The client showed no proof of who it is, or a wrong one.
  forbidden,            // The client is known and may not do this.
  unknown_route,        // No such URL.
  unsupported_version,  // The client wants a newer version of a resource than there is.
  method_not_allowed,   // The URL exists, the method does not apply to it.
  no_photo,             // The contact is unknown or has no photo: an answer, not a failure.
  not_found,            // The mailbox, folder or contact that was named does not exist.
  conflict,             // Something of that name exists already.
  gone,                 // A sync token is too old or from another store: synchronise afresh.
  precondition_failed,  // If-Match did not hold.
  too_large,            // What the client sent is over a limit.
  unsupported_media,    // What the client sent is no image that we accept.
  bad_source,           // What the origin sent is no image that we accept, or is damaged.
  source_too_large,     // What the origin sent is over a limit (bytes, pixels, time).
  origin_refused,       // The origin said 401 or 403.
  origin_failed,        // The origin answered an error or broke off.
  origin_unreachable,   // No connection to the origin.
  origin_timeout,       // The origin took longer than its deadline.
  too_many_requests,    // The client asks for more than it may.
  throttled,            // The origin asks to come back later.
  overloaded,           // A queue of ours is full, or nobody is left to work on it.
  store_unavailable,    // Redis cannot be used now; never shown to a client.
  shutting_down,        // The process is leaving.
  abandoned,            // Whoever owed the answer went away without giving one.
  internal,             // A bug or an exhausted machine.
};

// A failed outcome. `detail` is for the log of the operator and holds no secret; the sentence that
// a client sees comes from `code` alone.
struct Error {
  Errc code = Errc::internal;
  std::string detail;
  // When to try again, for throttled, overloaded and origin failures; zero when unknown.
  milliseconds retry_after{0};
};

template <class T>
using Result = std::expected<T, Error>;

// Shorthand for returning an error: `return fail(Errc::bad_source, "truncated JPEG")`.
[[nodiscard]] inline std::unexpected<Error> fail(Errc code, std::string detail = {},
                                                 milliseconds retry_after = {}) {
  return std::unexpected(Error{code, std::move(detail), retry_after});
}

// The code's own name, as in the enumeration; for logs and metrics.
[[nodiscard]] std::string_view name(Errc code);

}  // namespace likeness

#endif  // LIKENESS_CONFIG_BASE_ERROR_H_
