#ifndef LIKENESS_PROXY_DIALECTS_OUTLOOK_H_
#define LIKENESS_PROXY_DIALECTS_OUTLOOK_H_

#include <optional>
#include <string>
#include <string_view>

#include "cache/record.h"
#include "proxy/dialects/call.h"

namespace likeness::dialects {

// The Outlook REST API's photos:
//   /api/{beta|v2.0}/me/contacts('{id}')/photo/$value     the bytes; ?size=HR<w>x<h> is ours
//   /api/{beta|v2.0}/me/contacts('{id}')/photo            the metadata
//   …/users('{user}')/… for a named user, …/contactfolders('{id}')/contacts('{id}')/…, and a user's
//   own photo without contacts: /me/photo
// Ids also as "/contacts/{id}/"; words in any case; "%24value" too. Without a size the photo's own.
[[nodiscard]] std::optional<Parsed> parse_outlook(const http::Request& request,
                                                  const Limits& limits);

// The metadata document of the contract. `base` is "http://HOST", `path` the request's own.
[[nodiscard]] std::string outlook_metadata(const cache::Meta& meta, const Call& call,
                                           std::string_view base, std::string_view path);

// The OData error body: {"error":{"code":"ErrorItemNotFound","message":"…"}}.
[[nodiscard]] std::string outlook_error(const Error& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_OUTLOOK_H_
