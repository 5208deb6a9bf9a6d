#ifndef LIKENESS_IMAGING_JPEG_BITS_H_
#define LIKENESS_IMAGING_JPEG_BITS_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace likeness::imaging::jpeg {

// The bits of a scan, or of the part of it up to the next marker; zeros after its end, which are
// counted. A plain value, so that it can live in registers.
struct Bits {
  static constexpr int kLook = 11;  // Bits that are looked up at once: 10 are slower for large
                                    // files, 12 for all.

  std::uint64_t ahead = 0;   // The next bits, the first one highest.
  int count = 0;             // How many of them are sure to be right.
  std::int64_t made_up = 0;  // How many of those are no longer the file's.
  const std::uint8_t* next = nullptr;
  const std::uint8_t* end = nullptr;

  [[nodiscard]] std::size_t look() const { return ahead >> (64 - kLook); }
  [[nodiscard]] unsigned look(int bits) const {
    return static_cast<unsigned>(ahead >> 1 >> (63 - bits));
  }
  void drop(int bits) {
    ahead <<= bits;
    count -= bits;
  }
};

// The same with at least 56 bits ahead, byte by byte, which knows stuffed bytes and markers.
[[nodiscard]] Bits filled_bytewise(Bits bits);

constexpr bool has_byte_of_ones(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  return ((~bytes - kOnes) & bytes & (kOnes << 7)) != 0;
}

// Afterwards at least 56 bits are ahead.
[[gnu::always_inline]] inline void fill(Bits& bits) {
  std::uint64_t bytes = 0;
  if (bits.end - bits.next >= static_cast<std::ptrdiff_t>(sizeof bytes)) {
    std::memcpy(&bytes, bits.next, sizeof bytes);
    if (!has_byte_of_ones(bytes)) {
      if constexpr (std::endian::native == std::endian::little) bytes = __builtin_bswap64(bytes);
      bits.ahead |= bytes >> bits.count;
      bits.next += (63 - bits.count) / 8;
      bits.count |= 56;
      return;
    }
  }
  bits = filled_bytewise(bits);
}

}  // namespace likeness::imaging::jpeg

#endif  // LIKENESS_IMAGING_JPEG_BITS_H_
