#ifndef LIKENESS_PROXY_DIALECTS_GRAPH_BATCH_H_
#define LIKENESS_PROXY_DIALECTS_GRAPH_BATCH_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/base/error.h"

namespace likeness::dialects {

// Graph's JSON batches (docs/protocols.md, section 4): up to 20 requests in one body, and their
// answers in another. Pure functions.

inline constexpr std::size_t kMaxBatchRequests = 20;

// One request of a batch. Value.
struct BatchRequest {
  std::string id;
  std::string method;  // As sent.
  std::string url;     // "/me/photo/$value", behind the batch's own version; always with a slash.
  std::string if_none_match;
  std::vector<std::size_t> depends_on;  // Places of earlier requests.
};

// Reads a batch's body. bad_request, for the whole batch: no JSON, nested too deep, none or too
// many requests, an id, method or URL missing or not a text, an id twice, a dependency that is not
// an earlier request.
[[nodiscard]] Result<std::vector<BatchRequest>> parse_batch(std::string_view body);

// The answer to one of them. Value.
struct BatchAnswer {
  int status = 200;
  std::vector<std::pair<std::string_view, std::string>> headers;
  // Exactly one of them, or none: a JSON document, or bytes that are sent as a base64 text, in the
  // alphabet that atob() reads.
  std::string_view json;
  std::string_view bytes;
};

// Appends the answer to `body`, a list's elements without the comma between.
void append_answer(std::string& body, std::string_view id, const BatchAnswer& answer);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_GRAPH_BATCH_H_
