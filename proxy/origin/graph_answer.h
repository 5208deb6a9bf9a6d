#ifndef LIKENESS_PROXY_ORIGIN_GRAPH_ANSWER_H_
#define LIKENESS_PROXY_ORIGIN_GRAPH_ANSWER_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/origin/http_client.h"

namespace likeness::origin {

// What Microsoft Graph and the Outlook REST API say, which share a backend and all but their
// spelling. Pure functions on hostile input; facts: docs/protocols.md, sections 3 and 4.

// What is wrong with an answer: no_photo in its many spellings (404 with several codes, some with
// other statuses, an error inside a 200), origin_refused, throttled, or a failure. Codes decide
// where there are any, never messages.
[[nodiscard]] std::optional<Error> graph_trouble(const ClientResponse& response,
                                                 WallClock::time_point now);

// The photo's metadata: its entity tag, empty where the service gives none (Outlook's does not);
// no_photo for the empty tag or the 1x1 GIF that stand for none.
[[nodiscard]] Result<std::string> read_graph_metadata(std::string_view body);

// The e-mail addresses of a contact, at most three.
[[nodiscard]] Result<std::vector<std::string>> read_graph_addresses(std::string_view body);

// Where a photo is, by its id (photo/id.h). Paths are relative to the service's base.
struct GraphPlace {
  std::string contact;  // Empty: the photo is a user's own.
  std::string photo;    // The metadata; the bytes are at "/$value" after it.
};
enum class GraphFlavour : std::uint8_t { graph, outlook };
// An id without a user is a user's if it is an e-mail address, a GUID or "me", else a contact's of
// `user`.
[[nodiscard]] GraphPlace graph_place(GraphFlavour flavour, std::string_view id,
                                     std::string_view user);

}  // namespace likeness::origin

#endif  // LIKENESS_PROXY_ORIGIN_GRAPH_ANSWER_H_
