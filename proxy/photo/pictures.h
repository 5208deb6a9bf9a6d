#ifndef LIKENESS_PROXY_PHOTO_PICTURES_H_
#define LIKENESS_PROXY_PHOTO_PICTURES_H_

#include <string>
#include <string_view>

#include "cache/record.h"
#include "config/base/bytes.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "imaging/spec.h"

namespace likeness::photo {

// A picture's name within its photo's record. `spec` is canonical, or as asked where the photo's
// size is not known.
[[nodiscard]] std::string name_of(const imaging::Spec& spec);

// Makes the entries that the caches have of a photo's pictures: bytes, with the entity tag and the
// ready header lines (proxy/photo/head.h) that follow from what is known of the photo. One for each
// miss. Immutable.
class PictureMaker {
 public:
  // `settings` outlive it. `tags` are the photo's own header lines (proxy/photo/tags.h).
  PictureMaker(const ImagingSettings& settings, std::string tags);

  // The origin's own bytes.
  [[nodiscard]] cache::PicturePtr source(const SharedBytes& bytes, const cache::Meta& meta) const;
  // What stands for the source where that is too large.
  [[nodiscard]] cache::PicturePtr master(const imaging::Picture& made,
                                         const cache::Meta& meta) const;
  // The picture that `spec`, which is canonical, describes; `name` is name_of(spec).
  [[nodiscard]] cache::PicturePtr variant(const imaging::Picture& made, const imaging::Spec& spec,
                                          std::string_view name, const cache::Meta& meta) const;
  // One that the shared store has, which keeps no header lines.
  [[nodiscard]] cache::PicturePtr restored(const cache::Picture& stored,
                                           const cache::Meta& meta) const;

 private:
  [[nodiscard]] cache::PicturePtr make(SharedBytes bytes, std::string content_type,
                                       imaging::Size size, std::string etag,
                                       const cache::Meta& meta) const;

  const ImagingSettings& settings_;
  std::string tags_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_PICTURES_H_
