#include "proxy/photo/sketch.h"

#include "proxy/contacts/encoding.h"

namespace likeness::photo {

void add_sketch(cache::Meta& meta, const imaging::Sketch& sketch) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  meta.thumbhash = contacts::base64(sketch.thumbhash);
  meta.preview = contacts::base64(sketch.preview);
  meta.colour = "#";
  for (const std::uint8_t channel : sketch.colour) {
    meta.colour += kDigits[channel >> 4U];
    meta.colour += kDigits[channel & 15U];
  }
}

}  // namespace likeness::photo
