#ifndef LIKENESS_PROXY_REST_CALLERS_H_
#define LIKENESS_PROXY_REST_CALLERS_H_

#include <string>
#include <string_view>

#include "config/base/error.h"
#include "config/settings.h"
#include "proxy/http/message.h"
#include "proxy/proof/tokens.h"

namespace likeness::rest {

// Who asks, as far as the store is concerned.
struct Caller {
  std::string user;      // Whose mailbox "me" is.
  bool confined = true;  // To that mailbox; false where no tokens say who asks.
};

// Tells who asks the embedded store: the bearer of one of settings.access.tokens or, where there
// are none, anyone, in the name of settings.contacts.mailbox. Thread-safe.
class Callers {
 public:
  // `tokens` outlives it.
  Callers(const proof::Tokens& tokens, const Settings& settings)
      : tokens_(tokens), mailbox_(settings.contacts.mailbox) {}

  // Errors: unauthorized, and forbidden for a token that does not allow to read, or to write where
  // the request `writes`.
  [[nodiscard]] Result<Caller> caller_of(const http::Request& request, bool writes) const;

 private:
  const proof::Tokens& tokens_;
  std::string mailbox_;
};

// The header line that asks for a token where the error is that there was none or a weak one, or
// empty.
[[nodiscard]] std::string_view challenge(const Error& error);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_CALLERS_H_
