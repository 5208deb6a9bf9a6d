#include "proxy/photo/known.h"

#include "proxy/photo/name.h"

namespace likeness::photo {

void Known::recall(const Ask& ask, const Remembered& memory) {
  if (!meta) {
    meta = memory.meta;
    doubtful = !memory.vouched;
  }
  const auto add = [&](std::string_view name, const cache::PicturePtr& picture) {
    if (picture && picture->version == meta->version)
      pictures.try_emplace(std::string(name), picture);
  };
  if (!is_photo()) return;
  char buffer[imaging::kMaxNameLength];
  add(picture_name(ask, *meta, buffer), memory.picture);
  add(cache::kSourceName, memory.source);
  add(cache::kMasterName, memory.master);
}

void Known::drop_pictures() {
  pictures.clear();
  unrenderable.clear();
}

cache::PicturePtr Known::picture(std::string_view name) const {
  const auto found = pictures.find(name);
  return found == pictures.end() ? nullptr : found->second;
}

}  // namespace likeness::photo
