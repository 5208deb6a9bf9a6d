#ifndef LIKENESS_PROXY_DIALECTS_CALL_H_
#define LIKENESS_PROXY_DIALECTS_CALL_H_

#include <cstdint>
#include <expected>
#include <optional>

#include "config/base/error.h"
#include "proxy/http/message.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/id.h"

namespace likeness::dialects {

// The family of clients that a URL belongs to; decides how errors and metadata are spelled.
enum class Dialect : std::uint8_t { web, ucwa, outlook, graph, ews };

// What the answer is made of what was found.
enum class Form : std::uint8_t {
  value,     // The picture's bytes.
  metadata,  // The dialect's document about the photo, or about the picture that was asked for.
  list,      // The dialect's document about the sizes there are.
  resource,  // The dialect's document about the person. It needs no photo: nothing is looked up.
};

// A request understood: whose photo, what of it, and in which form the answer is wanted.
struct Call {
  Dialect dialect = Dialect::web;
  photo::PhotoId photo;
  photo::Ask ask = {};
  Form form = Form::value;
  bool by_accept = false;  // Accept has chosen the format.
  bool by_hints = false;   // Sec-CH-DPR and Sec-CH-Width may have changed the size.
};

// A request that belongs to a dialect and cannot be served.
struct Refusal {
  Dialect dialect = Dialect::web;
  Error error;
};

using Parsed = std::expected<Call, Refusal>;

// Each dialect has a parser: nothing if the URL is not of this dialect, a refusal if it is and
// makes no sense. It looks at path and query, and at headers only where the settings or the URL
// ask for it, is pure, and does not throw.

// What a dialect's parsers are told by the settings.
struct Limits {
  std::size_t max_id_bytes = 320;
  int max_edge = 4'096;
  bool original_with_metadata = false;
  // Ids are those of people: e-mail addresses among them mean the same in any case.
  bool fold_addresses = false;
  bool negotiate = false;     // Without an extension, as with format=auto.
  bool client_hints = false;  // Heed Sec-CH-DPR and Sec-CH-Width.
};

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_CALL_H_
