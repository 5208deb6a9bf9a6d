#ifndef LIKENESS_PROXY_DIALECTS_EWS_SOAP_H_
#define LIKENESS_PROXY_DIALECTS_EWS_SOAP_H_

#include <expected>
#include <string>
#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// Exchange's SOAP operation GetUserPhoto (docs/protocols.md, section 1). Pure functions.

// An error in Exchange's words. A fault is the whole envelope's; any other error is
// GetUserPhoto's answer, whose status clients expect to be 200, but for 404: no photo, no user.
struct SoapError {
  int status = 500;
  std::string_view code;  // "ErrorInvalidPhotoSize"
  std::string message;
  bool fault = true;
  milliseconds back_off{0};  // With ErrorServerBusy.
};

// Reads an envelope of SOAP 1.1 or 1.2 that holds GetUserPhoto{Email, SizeRequested}, with any
// prefixes. A document type, and with it every entity of one's own, is refused, and so is nesting
// past what the operation has. Without SizeRequested, the schema notwithstanding, the photo's own
// size.
[[nodiscard]] std::expected<Call, SoapError> parse_soap(std::string_view body,
                                                        const Limits& limits);

// Exchange's words for a failed outcome.
[[nodiscard]] SoapError soap_error(const Error& error);

// The envelope of an answer with a picture. `bytes` is empty if the client has the picture already:
// then HasChanged is false.
[[nodiscard]] std::string soap_photo(std::string_view bytes, std::string_view content_type);
[[nodiscard]] std::string soap_envelope(const SoapError& error);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_EWS_SOAP_H_
