#include "imaging/jpeg_bits.h"

#include <optional>

namespace likeness::imaging::jpeg {
namespace {

// The next byte of data, if one comes before the next marker.
std::optional<std::uint8_t> next_byte(Bits& bits) {
  if (bits.made_up > 0 || bits.next == bits.end) return std::nullopt;
  if (*bits.next != 0xFF) return *bits.next++;
  const std::uint8_t* after = bits.next;
  while (after != bits.end && *after == 0xFF) ++after;
  if (after == bits.end || *after != 0) return std::nullopt;
  bits.next = after + 1;
  return 0xFF;
}

}  // namespace

Bits filled_bytewise(Bits bits) {
  while (bits.count < 56) {
    const auto byte = next_byte(bits);
    if (!byte) bits.made_up += 8;
    bits.ahead |= std::uint64_t{byte.value_or(0)} << (56 - bits.count);
    bits.count += 8;
  }
  return bits;
}

}  // namespace likeness::imaging::jpeg
