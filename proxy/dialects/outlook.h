#ifndef LIKENESS_PROXY_DIALECTS_OUTLOOK_H_
#define LIKENESS_PROXY_DIALECTS_OUTLOOK_H_

#include <optional>
#include <string>
#include <string_view>

#include "cache/record.h"
#include "proxy/dialects/call.h"
#include "proxy/photo/ask.h"

namespace likeness::dialects {

// The Outlook REST API's photos, of contacts and users: /api/{beta|v2.0} and a PhotoPath. Without a
// size the photo's own.
[[nodiscard]] std::optional<Parsed> parse_outlook(const http::Request& request,
                                                  const Limits& limits);

// The metadata document of the contract: of the picture where one was asked for, else of the photo.
// `base` is "http://HOST", `path` the request's own.
[[nodiscard]] std::string outlook_metadata(const photo::Found& found, std::string_view base,
                                           std::string_view path);

// The sizes that a photo is there in.
[[nodiscard]] std::string outlook_list(const cache::Meta& meta, std::string_view base,
                                       std::string_view path);

// The OData error body: {"error":{"code":"ErrorItemNotFound","message":"…"}}.
[[nodiscard]] std::string outlook_error(const Error& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_OUTLOOK_H_
