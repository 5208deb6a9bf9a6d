#include "proxy/rest/callers.h"

namespace likeness::rest {

Result<Caller> Callers::caller_of(const http::Request& request, bool writes) const {
  if (!tokens_.any()) return Caller{.user = mailbox_, .confined = false};
  const auto grant = tokens_.find(request.header("authorization"));
  if (grant == nullptr) return fail(Errc::unauthorized, "no token that is known");
  if (!(writes ? grant->may_write : grant->may_read))
    return fail(Errc::forbidden, "the token has not the scope");
  return Caller{.user = grant->user};
}

std::string_view challenge(const Error& error) {
  if (error.code == Errc::unauthorized) return R"(WWW-Authenticate: Bearer realm="likeness")";
  if (error.code == Errc::forbidden)
    return R"(WWW-Authenticate: Bearer realm="likeness", error="insufficient_scope")";
  return {};
}

}  // namespace likeness::rest
