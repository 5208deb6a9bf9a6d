#ifndef LIKENESS_PROXY_DIALECTS_UCWA_H_
#define LIKENESS_PROXY_DIALECTS_UCWA_H_

#include <optional>
#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// UCWA's photos (Skype for Business 2015; docs/protocols.md, section 2), in any case of their
// words:
//   /ucwa/v1/applications/{app}/people/{person}               the contact's document, with links
//   /ucwa/v1/applications/{app}/people/{person}/contactPhoto  its photo
//   /ucwa/v1/applications/{app}/photos/{smtp}                 the same
//   /ucwa/v1/applications/{app}/me                            one's own document
//   /ucwa/v1/applications/{app}/photo, …/me/photo             one's own photo
// and each also below /ucwa/oauth. Query: size=HR<w>x<h> (default HR48x48); whatever else the
// server put into a link is opaque. A client that requires a newer version than kUcwaVersion is
// refused with unsupported_version: so this parser looks at one header, too.
[[nodiscard]] std::optional<Parsed> parse_ucwa(const http::Request& request, const Limits& limits);

// The version of resources that is served. Every client that is known requires 2 or says nothing.
inline constexpr int kUcwaVersion = 2;

// The token that lets somebody see the photo of another participant of his conference, still
// percent-encoded; empty without one. Never defined by Microsoft: it says something about who asks,
// not about which photo, and so it is for whoever decides on access and no part of the photo's id.
[[nodiscard]] std::string_view participant_hash(const http::Request& request);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_UCWA_H_
