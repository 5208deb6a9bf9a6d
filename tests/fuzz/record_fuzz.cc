// Feeds the decoders of what stands in Redis: what they accept is encoded to what they accept.
#include "cache/record.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness::cache;
  const auto input = likeness::fuzz::text_of(data, size);
  if (const auto meta = decode_meta(input)) {
    const auto again = decode_meta(encode(*meta));
    hold(again && encode(*again) == encode(*meta));
  }
  if (const auto picture = decode_picture(input)) {
    hold(picture->width > 0 && picture->height > 0 && !picture->etag.empty());
    const auto again = decode_picture(encode_head(*picture) + *picture->bytes);
    hold(again && *again->bytes == *picture->bytes && again->etag == picture->etag);
  }
  return 0;
}
