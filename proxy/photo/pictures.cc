#include "proxy/photo/pictures.h"

#include <memory>
#include <utility>

#include "proxy/photo/digest.h"
#include "proxy/photo/head.h"

namespace likeness::photo {

using cache::Meta;
using cache::PicturePtr;
using imaging::Spec;

std::string name_of(const Spec& spec) {
  char buffer[imaging::kMaxNameLength];
  return std::string(imaging::write_name(spec, buffer));
}

PictureMaker::PictureMaker(const ImagingSettings& settings, std::string tags)
    : settings_(settings), tags_(std::move(tags)) {}

PicturePtr PictureMaker::source(const SharedBytes& bytes, const Meta& meta) const {
  return make(bytes, meta.content_type, {meta.width, meta.height}, entity_tag(*bytes), meta);
}

PicturePtr PictureMaker::master(const imaging::Picture& made, const Meta& meta) const {
  return make(made.bytes, std::string(content_type(made.format)), made.size,
              entity_tag(*made.bytes), meta);
}

PicturePtr PictureMaker::variant(const imaging::Picture& made, const Spec& spec,
                                 std::string_view name, const Meta& meta) const {
  return make(made.bytes, std::string(content_type(made.format)), made.size,
              picture_tag(meta.version, name, quality_of(spec, settings_)), meta);
}

PicturePtr PictureMaker::restored(const cache::Picture& stored, const Meta& meta) const {
  auto picture = std::make_shared<cache::Picture>(stored);
  picture->head = head_lines(*picture, meta, tags_);
  return picture;
}

PicturePtr PictureMaker::make(SharedBytes bytes, std::string content_type, imaging::Size size,
                              std::string etag, const Meta& meta) const {
  cache::Picture picture;
  picture.etag = std::move(etag);
  picture.bytes = std::move(bytes);
  picture.content_type = std::move(content_type);
  picture.width = size.width;
  picture.height = size.height;
  picture.version = meta.version;
  picture.head = head_lines(picture, meta, tags_);
  return std::make_shared<const cache::Picture>(std::move(picture));
}

}  // namespace likeness::photo
