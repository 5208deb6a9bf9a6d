#ifndef LIKENESS_PROXY_REST_OPERATION_H_
#define LIKENESS_PROXY_REST_OPERATION_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/contacts/store.h"
#include "proxy/http/message.h"
#include "proxy/rest/callers.h"
#include "proxy/rest/preferences.h"
#include "proxy/rest/resource.h"

namespace likeness::rest {

// One operation of the contacts' API: a request, understood as far as its URL goes and with all
// that the store's thread needs of it, and what comes of it.
struct Operation {
  http::Method method = http::Method::get;  // One that applies to the resource; HEAD is GET.
  Resource resource;
  std::string query;  // Still percent-encoded.
  std::string body;
  std::string if_match;  // The header's value, or empty.
  Preferences prefer;
  std::string site;  // "https://HOST", what links begin with.
  Caller caller;
};

struct Answer {
  int status = 200;
  std::string body = {};
  std::string etag = {};                       // Of a single contact.
  std::string location = {};                   // Of what was created.
  std::string preference_applied = {};         // What of Prefer was done.
  std::vector<std::string> stale_photos = {};  // Ids of photos that may have another owner now.
};

// Does it: parses options and body, asks the store, renders. Errors are the store's, and
// bad_request that names the option, the property or the body; then nothing was changed. `me` gets
// its mailbox at its first use. For the store's thread.
[[nodiscard]] Result<Answer> perform(contacts::ContactStore& store, const Operation& operation);

// The mailbox that `user` means to the caller; empty is himself. forbidden, whether there is such a
// mailbox or not, where it is not his.
[[nodiscard]] Result<contacts::Mailbox> mailbox_of(contacts::ContactStore& store,
                                                   std::string_view user, const Caller& caller);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_OPERATION_H_
