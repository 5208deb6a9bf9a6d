#ifndef LIKENESS_PROXY_FALLBACK_IMAGES_H_
#define LIKENESS_PROXY_FALLBACK_IMAGES_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "config/base/bytes.h"

namespace likeness::fallback {

// The named images that can stand in for a photo: the files of a folder, each by its name without
// the extension, read once. What they hold is only looked at by the imaging workers.
//
// Immutable.
class Images {
 public:
  static constexpr std::size_t kMaxImages = 256;

  // An empty folder's name means none. Names are of letters, digits, "-" and "_", and not one that
  // fallback= means already; other files are not for us. Throws std::runtime_error if the folder
  // cannot be read, or holds more images or a larger one than allowed.
  Images(const std::string& folder, std::size_t max_bytes);

  struct Image {
    SharedBytes bytes;
    std::string version;  // A digest of the bytes.
  };
  // Null if there is none of that name.
  [[nodiscard]] const Image* find(std::string_view name) const;

 private:
  std::map<std::string, Image, std::less<>> images_;
};

}  // namespace likeness::fallback

#endif  // LIKENESS_PROXY_FALLBACK_IMAGES_H_
