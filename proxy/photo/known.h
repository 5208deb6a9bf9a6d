#ifndef LIKENESS_PROXY_PHOTO_KNOWN_H_
#define LIKENESS_PROXY_PHOTO_KNOWN_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "cache/record.h"
#include "config/base/error.h"
#include "proxy/photo/ask.h"

namespace likeness::photo {

// What this process's memory has of a photo, as far as it can matter to an ask. Each may be null.
struct Remembered {
  bool vouched = true;  // No process has changed it since, as far as we would know.
  cache::MetaPtr meta;
  cache::PicturePtr picture;  // The asked one.
  cache::PicturePtr source;
  cache::PicturePtr master;
};

// What a miss knows of its photo. All pictures, and the names that cannot be made, are of the
// meta's version; without a meta there are none. A plain value, which the Miss changes.
struct Known {
  cache::MetaPtr meta;  // Null: nothing.
  std::map<std::string, cache::PicturePtr, std::less<>> pictures;
  std::map<std::string, Error, std::less<>> unrenderable;
  bool doubtful = false;   // From memory that nobody vouches for.
  bool confirmed = false;  // The origin has spoken during this miss.

  // Takes what memory has, unless something else is known already.
  void recall(const Ask& ask, const Remembered& memory);
  // Nothing is known any more.
  void forget() { *this = Known(); }
  // To be called before the meta becomes one of another version.
  void drop_pictures();

  // Null where there is none.
  [[nodiscard]] cache::PicturePtr picture(std::string_view name) const;
  [[nodiscard]] bool is_photo() const { return meta && meta->status == cache::Meta::Status::photo; }
  [[nodiscard]] bool is_of(std::string_view version) const {
    return meta && meta->version == version;
  }
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_KNOWN_H_
