#ifndef LIKENESS_PROXY_DIALECTS_UCWA_H_
#define LIKENESS_PROXY_DIALECTS_UCWA_H_

#include <optional>
#include <string>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// UCWA's contactPhoto (Skype for Business 2015):
//   /ucwa/v1/applications/{app}/people/{person}/contactPhoto
//   /ucwa/oauth/v1/applications/{app}/photos/{smtp}
// and each also under the other prefix. Query: size=HR<w>x<h> (default HR48x48); participantHash
// and whatever else the server put into the link is opaque. Path words are taken in any case.
[[nodiscard]] std::optional<Parsed> parse_ucwa(const http::Request& request, const Limits& limits);

// The error body of UCWA (skype-docs, ErrorsAndInformationalMessages): JSON, or XML where `accept`
// prefers that. `type` is the body's content type. Clients tell UCWA's errors from a middlebox's by
// that type, so a request that accepts images alone gets JSON.
struct UcwaError {
  std::string body;
  std::string_view type;
};
[[nodiscard]] UcwaError ucwa_error(const Error& error, std::string_view accept);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_UCWA_H_
