#ifndef LIKENESS_IMAGING_LANES_H_
#define LIKENESS_IMAGING_LANES_H_

// Sixteen bytes, eight 16-bit numbers or four of 32 bits in one register: the few operations that
// resampling needs, as the instructions that every x86-64 has, and in plain C++ elsewhere, which
// compilers turn into theirs.

#include <cstdint>
#include <cstring>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace likeness::imaging {

using Bytes = std::uint8_t __attribute__((vector_size(16)));
using Words = std::int16_t __attribute__((vector_size(16)));
using Ints = std::int32_t __attribute__((vector_size(16)));

// a0, b0, a1, b1, … of the lower and of the upper halves.
inline Bytes interleave_low(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
inline Bytes interleave_high(Bytes a, Bytes b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}

// The lower and the upper half, as larger numbers of the same value.
inline Words widen_low(Bytes a) { return reinterpret_cast<Words>(interleave_low(a, Bytes{})); }
inline Words widen_high(Bytes a) { return reinterpret_cast<Words>(interleave_high(a, Bytes{})); }

#ifdef __SSE2__

// a0 * b0 + a1 * b1, a2 * b2 + a3 * b3, …
inline Ints multiply_add(Words a, Words b) {
  return reinterpret_cast<Ints>(
      _mm_madd_epi16(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
}

// Both, limited to 16 bits.
inline Words narrow(Ints low, Ints high) {
  return reinterpret_cast<Words>(
      _mm_packs_epi32(reinterpret_cast<__m128i>(low), reinterpret_cast<__m128i>(high)));
}

// As bytes. REQUIRES: they are 0 to 255.
inline Bytes as_bytes(Words low, Words high) {
  return reinterpret_cast<Bytes>(
      _mm_packus_epi16(reinterpret_cast<__m128i>(low), reinterpret_cast<__m128i>(high)));
}

// Limited to 0 … 255 and stored as four bytes.
inline void store_bytes(Ints value, std::uint8_t* into) {
  const Words words = narrow(value, value);
  const auto bytes =
      _mm_packus_epi16(reinterpret_cast<__m128i>(words), reinterpret_cast<__m128i>(words));
  const int four = _mm_cvtsi128_si32(bytes);
  std::memcpy(into, &four, sizeof four);
}

#else

inline Ints multiply_add(Words a, Words b) {
  Ints result;
  for (int i = 0; i < 4; ++i) result[i] = a[2 * i] * b[2 * i] + a[2 * i + 1] * b[2 * i + 1];
  return result;
}

inline Words narrow(Ints low, Ints high) {
  const auto limit = [](std::int32_t value) {
    return static_cast<std::int16_t>(value < -32768 ? -32768 : value > 32767 ? 32767 : value);
  };
  Words result;
  for (int i = 0; i < 4; ++i) {
    result[i] = limit(low[i]);
    result[i + 4] = limit(high[i]);
  }
  return result;
}

inline Bytes as_bytes(Words low, Words high) {
  return __builtin_shufflevector(reinterpret_cast<Bytes>(low), reinterpret_cast<Bytes>(high), 0, 2,
                                 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}

inline void store_bytes(Ints value, std::uint8_t* into) {
  for (int i = 0; i < 4; ++i) {
    into[i] = static_cast<std::uint8_t>(value[i] < 0 ? 0 : value[i] > 255 ? 255 : value[i]);
  }
}

#endif

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_LANES_H_
