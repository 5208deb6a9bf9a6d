#ifndef LIKENESS_PROXY_SOAP_H_
#define LIKENESS_PROXY_SOAP_H_

#include "proxy/batch.h"

namespace likeness {

// Answers Exchange's SOAP operation GetUserPhoto, now or when the photo is there. The entity tag is
// that of the picture; a client that has it (If-None-Match) is told so within the envelope.
//
// Loop-confined; `look_up` is used before it returns.
void answer_soap(const http::Request& request, Exchange exchange, const dialects::Limits& limits,
                 const LookUp& look_up);

}  // namespace likeness

#endif  // LIKENESS_PROXY_SOAP_H_
