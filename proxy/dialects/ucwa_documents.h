#ifndef LIKENESS_PROXY_DIALECTS_UCWA_DOCUMENTS_H_
#define LIKENESS_PROXY_DIALECTS_UCWA_DOCUMENTS_H_

#include <string>
#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// UCWA's documents: JSON, or XML where `accept` prefers that. Clients tell UCWA's errors from a
// middlebox's by their type, so a request that accepts images alone gets JSON. Pure functions.
struct UcwaDocument {
  std::string body;
  std::string_view type;
};

// An error's status, which is UCWA's own, and its body (skype-docs,
// ErrorsAndInformationalMessages).
[[nodiscard]] int ucwa_status(Errc code);
[[nodiscard]] UcwaDocument ucwa_error(const Error& error, std::string_view accept);

// A contact's document, or one's own: what it is called and where its photo is. Links are relative
// to the host, and carry the request's participantHash on as it came.
// REQUIRES: parse_ucwa() has made `call` of `request`, with Form::resource.
[[nodiscard]] UcwaDocument ucwa_resource(const http::Request& request, const Call& call);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_UCWA_DOCUMENTS_H_
