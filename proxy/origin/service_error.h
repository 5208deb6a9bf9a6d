#ifndef LIKENESS_PROXY_ORIGIN_SERVICE_ERROR_H_
#define LIKENESS_PROXY_ORIGIN_SERVICE_ERROR_H_

#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.h"
#include "proxy/origin/http_client.h"
#include "proxy/origin/origin.h"

namespace likeness::origin {

// What Microsoft's live services share in how they fail and in what they send. Pure functions on
// hostile input: they bound what they read and never throw. Facts: docs/protocols.md, sections 1
// to 4.

// An error as a service spells it in its body: {"error":{"code":…}} (Graph, Outlook),
// {"code":…,"subcode":…} or <reason><code>… (UCWA). Never its message: that is for people, in any
// language, and may repeat what we sent.
struct ServiceError {
  std::string code;
  std::string subcode;
};
// Nothing if the body is no error. Reads at most the first 64 KiB.
[[nodiscard]] std::optional<ServiceError> read_service_error(std::string_view body);

// The text of the first XML element of that local name, whatever its prefix; empty if there is
// none. Enough for the flat elements that tell errors; entities stay as they are.
[[nodiscard]] std::string_view element(std::string_view xml, std::string_view name);

// Does the body begin like JSON, or like HTML or XML?
[[nodiscard]] bool looks_like_json(std::string_view body);
[[nodiscard]] bool looks_like_markup(std::string_view body);

// A throttled error; without the service's word it waits for ten seconds.
[[nodiscard]] Error throttled(std::string detail, milliseconds wait);

// The photo in an answer with 200 or 304: no_photo for the empty body and the 1x1 GIF that stand
// for none; origin_failed for text in the place of bytes (a login page, an error unread).
[[nodiscard]] Result<Fetched> read_photo(ClientResponse response);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_SERVICE_ERROR_H_
