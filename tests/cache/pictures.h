#ifndef LIKENESS_TESTS_CACHE_PICTURES_H_
#define LIKENESS_TESTS_CACHE_PICTURES_H_

#include <memory>
#include <string>
#include <utility>

#include "cache/record.h"

namespace likeness::cache {

// Records as the tests of the cache need them: what matters is the version and the bytes.

inline Meta photo_meta(std::string version) {
  Meta meta;
  meta.status = Meta::Status::photo;
  meta.version = std::move(version);
  meta.content_type = "image/jpeg";
  meta.width = 648;
  meta.height = 648;
  meta.bytes = 40'000;
  return meta;
}

inline MetaPtr shared_meta(std::string version) {
  return std::make_shared<const Meta>(photo_meta(std::move(version)));
}

inline PicturePtr picture(std::string version, std::string bytes) {
  return std::make_shared<const Picture>(Picture{.bytes = share(std::move(bytes)),
                                                 .content_type = "image/jpeg",
                                                 .width = 240,
                                                 .height = 240,
                                                 .etag = "\"0123456789abcdef\"",
                                                 .version = std::move(version),
                                                 .head = {}});
}

inline PicturePtr picture_of_size(std::string version, std::size_t size) {
  return picture(std::move(version), std::string(size, 'p'));
}

}  // namespace likeness::cache

#endif  // LIKENESS_TESTS_CACHE_PICTURES_H_
