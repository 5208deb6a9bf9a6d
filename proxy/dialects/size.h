#ifndef LIKENESS_PROXY_DIALECTS_SIZE_H_
#define LIKENESS_PROXY_DIALECTS_SIZE_H_

#include <optional>
#include <string_view>
#include <vector>

#include "imaging/spec.h"

namespace likeness::dialects {

// The size that UCWA and the web form mean when none is given (contactPhoto, "size").
inline constexpr imaging::Size kDefaultSize{48, 48};

// "HR240x240", in any case: width before height. Nothing if it is not that, or zero, or has more
// than five digits.
[[nodiscard]] std::optional<imaging::Size> parse_hr(std::string_view text);

// "240x240", in any case, as Graph spells sizes.
[[nodiscard]] std::optional<imaging::Size> parse_plain_size(std::string_view text);

// Those of Exchange's sizes that a photo is there in without being enlarged, smallest first,
// squares all; of one that is smaller than all of them its own. docs/protocols.md, sections 1
// and 4.
[[nodiscard]] std::vector<imaging::Size> sizes_of(imaging::Size photo);

// A whole number without sign, up to `most`; nothing otherwise.
[[nodiscard]] std::optional<int> parse_number(std::string_view text, int most);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_SIZE_H_
