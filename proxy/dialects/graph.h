#ifndef LIKENESS_PROXY_DIALECTS_GRAPH_H_
#define LIKENESS_PROXY_DIALECTS_GRAPH_H_

#include <optional>
#include <string>
#include <string_view>

#include "cache/record.h"
#include "proxy/dialects/call.h"
#include "proxy/photo/ask.h"

namespace likeness::dialects {

// Microsoft Graph's photos, of users and contacts: /v1.0 or /beta and a PhotoPath. Facts:
// docs/protocols.md, section 4. Graph has no sizes of contacts' photos and answers 404 for a size
// that is not there; here every size is there, of every photo.
[[nodiscard]] std::optional<Parsed> parse_graph(const http::Request& request, const Limits& limits);

// Is this where batches are posted: "/v1.0/$batch"?
[[nodiscard]] bool is_graph_batch(std::string_view path);

// The metadata of a picture; its @odata.mediaEtag is the ETag of the same URL with /$value, which
// is what clients compare. `base` is "http://HOST", `path` the request's own.
// REQUIRES: found.picture.
[[nodiscard]] std::string graph_metadata(const photo::Found& found, std::string_view base,
                                         std::string_view path);

// The sizes that a photo is there in.
[[nodiscard]] std::string graph_list(const cache::Meta& meta, std::string_view base,
                                     std::string_view path);

// {"error":{"code":"ImageNotFound","message":"…","innerError":{…}}}. `request_id` is the client's
// own id where it gave one, and ours otherwise.
[[nodiscard]] std::string graph_error(const Error& error, std::string_view request_id,
                                      WallClock::time_point now);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_GRAPH_H_
