#ifndef LIKENESS_PROXY_ORIGIN_ORIGIN_H_
#define LIKENESS_PROXY_ORIGIN_ORIGIN_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/bytes.h"
#include "config/base/error.h"
#include "config/base/loop.h"

namespace likeness::origin {

// What makes a fetch conditional: the validators of the copy at hand, verbatim from the origin.
struct Validators {
  std::string etag;
  std::string last_modified;
  [[nodiscard]] bool empty() const { return etag.empty() && last_modified.empty(); }
};

// The caller's own proof, for origins that let it through: header values verbatim, or empty.
// Secret: never logged, never stored. Beside it, and no secret, what links the requests that one of
// them leads to (W3C Trace Context): "traceparent", or empty.
struct Credentials {
  std::string authorization;
  std::string cookie;
  std::string traceparent = {};
  [[nodiscard]] bool empty() const { return authorization.empty() && cookie.empty(); }
};

// An origin's good answer. `bytes` is null if the copy at hand is still right.
struct Fetched {
  SharedBytes bytes;
  Validators validators;
  std::optional<std::chrono::seconds> max_age;  // From Cache-Control or Expires, if given.
};

struct OriginStats {
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;
  std::uint64_t breaker_openings = 0;
  int in_flight = 0;
  int queued = 0;
  int breakers_open = 0;       // Of the origins, by host, how many are left alone now;
  int breakers_half_open = 0;  // and how many are tried by single requests.
};

// An Origin is where photos come from. It fetches a contact's largest useful photo as it is; what
// it means to the cache is decided by its caller.
//
// Calls `done` exactly once, never before the call returns; arguments need to live only until it
// returns. Errors: no_photo (and only that means there is none; with a retry_after it is to be
// believed no longer than that), origin_refused, origin_failed, origin_unreachable, origin_timeout,
// throttled (with retry_after), source_too_large, overloaded.
//
// Loop-confined: every loop has its own. Destroying it drops what is in flight without calling
// back.
class Origin {
 public:
  using Done = std::move_only_function<void(Result<Fetched>)>;
  using Checked = std::move_only_function<void(Result<void>)>;
  virtual ~Origin() = default;
  // `caller` is only used by origins that let the caller's own proof through.
  virtual void fetch(std::string_view photo, const Validators& have, const Credentials& caller,
                     Done done) = 0;
  // May the holder of `caller` see the photo? A conditional or metadata request at the origin;
  // success: yes. Errors as fetch() (origin_refused: no). Origins without rights of each caller
  // answer yes.
  virtual void check(std::string_view photo, const Validators& have, const Credentials& caller,
                     Checked done) = 0;
  [[nodiscard]] virtual OriginStats stats() const = 0;
};

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_ORIGIN_H_
