// Feeds the calls that come in a body: Graph's batches and Exchange's SOAP.
#include <set>
#include <string>

#include "proxy/dialects/ews_soap.h"
#include "proxy/dialects/graph_batch.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::dialects;
using likeness::fuzz::hold;

void read_batch(std::string_view body) {
  const auto requests = parse_batch(body);
  if (!requests) return;
  hold(!requests->empty() && requests->size() <= kMaxBatchRequests);
  std::set<std::string_view> ids;
  std::string answers;
  for (std::size_t i = 0; i < requests->size(); ++i) {
    const BatchRequest& request = (*requests)[i];
    hold(request.url.starts_with('/') && ids.insert(request.id).second);
    for (const std::size_t earlier : request.depends_on) hold(earlier < i);
    append_answer(answers, request.id, {.status = 404, .bytes = request.if_none_match});
  }
  hold(!answers.empty());
}

void read_envelope(std::string_view body) {
  const Limits limits;
  const auto call = parse_soap(body, limits);
  if (!call) {
    hold(!soap_envelope(call.error()).empty());
    return;
  }
  hold(!call->photo.view().empty() && call->photo.view().size() <= limits.max_id_bytes);
  hold(call->ask.spec.box.width <= limits.max_edge && call->ask.spec.box.height <= limits.max_edge);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto body = likeness::fuzz::text_of(data, size);
  read_batch(body);
  read_envelope(body);
  return 0;
}
