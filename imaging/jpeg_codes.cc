#include "imaging/jpeg_codes.h"

// After jpeglib.h: the codes of its warnings, which are given as its own modules do.
#include <jerror.h>

namespace likeness::imaging::jpeg {

Codes::Codes(const JHUFF_TBL& codes, Kind kind) : symbols_(codes.huffval) {
  auto step = steps_.begin();
  int next = 0;  // Code of this length.
  int index = 0;
  for (int length = 1; length <= kMostBits; ++length) {
    const int count = codes.bits[length];
    const auto at = static_cast<std::size_t>(length);
    offset_[at] = index - next;
    next += count;
    last_[at] = count > 0 ? next - 1 : -1;
    for (const int end = index + count; index < end; ++index) {
      if (length > Bits::kLook) continue;
      const unsigned room = 1U << (Bits::kLook - length);
      for (unsigned after = 0; after < room; ++after) {
        *step++ = step_of({symbols_[index], length}, after, kind);
      }
    }
    next *= 2;
  }
}

// `after` are the bits between the code's and the last that are looked at.
Step Codes::step_of(Code code, unsigned after, Kind kind) {
  const auto [zeros, size] = symbol_of(code.symbol);
  const int bits = code.length + size;
  if (bits > Bits::kLook) {
    return {.value = static_cast<std::int16_t>(code.symbol),
            .advance = static_cast<std::uint8_t>(code.length)};
  }
  const bool ends_block = kind == Kind::ac && size == 0 && zeros != kMostZeros;
  const unsigned value = after >> (Bits::kLook - bits);
  return {.value = static_cast<std::int16_t>(signed_value(value, size)),
          .advance = static_cast<std::uint8_t>(ends_block ? kEndOfBlock : zeros + 1),
          .bits = static_cast<std::uint8_t>(bits)};
}

void Codes::allow_leaps() {
  if (!leaps_.empty()) return;
  leaps_.resize(steps_.size());
  for (std::size_t look = 0; look < leaps_.size(); ++look) leaps_[look] = leap_of(look);
}

Leap Codes::leap_of(std::size_t look) const {
  int advance = 0;
  int bits = 0;
  bool ends_block = false;
  while (!ends_block) {
    const Step step = steps_[look << bits & (steps_.size() - 1)];
    if (step.bits == 0 || bits + step.bits > Bits::kLook) break;
    bits += step.bits;
    ends_block = step.advance == kEndOfBlock;
    if (!ends_block) advance += step.advance;
  }
  if (bits == 0 || advance >= kEndOfBlock) return {};
  return {.advance = static_cast<std::uint16_t>(advance),
          .bits = static_cast<std::uint8_t>(bits),
          .ends_block = ends_block};
}

Code Codes::find(j_decompress_ptr codec, std::uint64_t ahead) const {
  for (int length = Bits::kLook + 1; length <= kMostBits; ++length) {
    const int code = static_cast<int>(ahead >> (64 - length));
    const auto at = static_cast<std::size_t>(length);
    if (code <= last_[at]) return {symbols_[code + offset_[at]], length};
  }
  WARNMS(codec, JWRN_HUFF_BAD_CODE);
  return {0, 0};
}

}  // namespace likeness::imaging::jpeg
