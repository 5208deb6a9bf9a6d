#ifndef LIKENESS_PROXY_PHOTO_INSPECTION_H_
#define LIKENESS_PROXY_PHOTO_INSPECTION_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/record.h"
#include "cache/store.h"

namespace likeness::photo {

// All that is known of a photo at one moment, for operators' eyes. Immutable once made.
struct Inspection {
  struct Flight {
    std::size_t waiters = 0;
    std::string_view doing;  // "fetching", …: Miss::doing().
    milliseconds age{};
  };

  std::size_t loop = 0;  // The photo's own.
  // In memory: null where the photo is not, with the pictures by name.
  cache::MetaPtr meta;
  std::vector<std::pair<std::string, cache::PicturePtr>> pictures;
  bool vouched = false;  // No process has changed it since, as far as we would know.
  std::optional<Flight> flight;
  // What the store must not take this process back from (Newest): the version that is known to be
  // the newest, "" where nobody knows yet which one is.
  std::optional<std::string> newest;
  // Nothing where there is no store.
  std::optional<Result<cache::Listing>> stored;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_INSPECTION_H_
