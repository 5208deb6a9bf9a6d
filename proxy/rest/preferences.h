#ifndef LIKENESS_PROXY_REST_PREFERENCES_H_
#define LIKENESS_PROXY_REST_PREFERENCES_H_

#include <optional>
#include <string_view>

namespace likeness::rest {

// What a Prefer header (RFC 7240) asks of the contacts' API: "odata.track-changes" and
// "odata.maxpagesize=50". The contract's own text calls the latter "odata.maxpages" once, and OData
// 4.01 leaves out "odata."; clients send both preferences in one header or in two. A preference
// that is not understood is ignored, as that standard wants it. Value.
struct Preferences {
  bool track_changes = false;
  std::optional<int> max_page_size;  // At least 1; no larger than contacts::odata::kMaxTop.
};

// `prefer` is the header's value; several headers joined by commas.
[[nodiscard]] Preferences parse_preferences(std::string_view prefer);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_PREFERENCES_H_
