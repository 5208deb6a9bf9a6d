#ifndef LIKENESS_PROXY_PHOTO_NAME_H_
#define LIKENESS_PROXY_PHOTO_NAME_H_

#include <string>
#include <string_view>

#include "cache/memory_cache.h"
#include "imaging/spec.h"
#include "proxy/photo/ask.h"

namespace likeness::photo {

// What is asked, as a canonical spec, once the photo's size and type are known: an original is the
// picture of the source's own size in the encoding closest to its own.
// REQUIRES: meta.status is photo, ask.kind is picture or original.
[[nodiscard]] imaging::Spec canonical_spec(const Ask& ask, const cache::Meta& meta);

// The name of the asked picture within the photo's record; empty where no picture is asked or there
// is no photo. `buffer` has room for imaging::kMaxNameLength characters; the name may point into
// it.
[[nodiscard]] std::string_view picture_name(const Ask& ask, const cache::Meta& meta, char* buffer);

// picture_name() for an ask, in the form that the memory cache takes. A view of the ask.
class PictureName {
 public:
  explicit PictureName(const Ask& ask) : ask_(&ask) {}
  [[nodiscard]] cache::MemoryCache::Chooser chooser() const {
    return {[](const cache::Meta& meta, const void* ask, char* buffer) {
              return picture_name(*static_cast<const Ask*>(ask), meta, buffer);
            },
            ask_};
  }

 private:
  const Ask* ask_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_NAME_H_
