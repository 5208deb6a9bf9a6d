#include "imaging/blend.h"

#include <cstring>

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace likeness::imaging {
namespace {

constexpr int kRowShift = 8;
static_assert(Filter::kOne / Blend::kScale == 1 << kRowShift);
constexpr int kRowRounding = 1 << (kRowShift - 1);
constexpr int kChannels = 4;

void plain_rows(std::span<const std::uint8_t* const> rows, const Words* weights, int width,
                std::int16_t* into) {
  constexpr int kPixels = 4;
  for (int x = 0; x < width; x += kPixels) {
    Ints sums[kPixels];
    for (Ints& sum : sums) sum = Ints{} + kRowRounding;
    for (std::size_t pair = 0; pair < rows.size() / 2; ++pair) {
      Bytes upper;
      Bytes lower;
      std::memcpy(&upper, rows[2 * pair] + std::ptrdiff_t{kChannels} * x, sizeof upper);
      std::memcpy(&lower, rows[2 * pair + 1] + std::ptrdiff_t{kChannels} * x, sizeof lower);
      const Bytes left = interleave_low(upper, lower);
      const Bytes right = interleave_high(upper, lower);
      sums[0] += multiply_add(widen_low(left), weights[pair]);
      sums[1] += multiply_add(widen_high(left), weights[pair]);
      sums[2] += multiply_add(widen_low(right), weights[pair]);
      sums[3] += multiply_add(widen_high(right), weights[pair]);
    }
    const Words blended[] = {narrow(sums[0] >> kRowShift, sums[1] >> kRowShift),
                             narrow(sums[2] >> kRowShift, sums[3] >> kRowShift)};
    std::memcpy(into + std::ptrdiff_t{kChannels} * x, blended, sizeof blended);
  }
}

void plain_columns(const std::int16_t* row, const Filter& columns, int left, int width,
                   Ints* into) {
  for (int x = 0; x < width; ++x) {
    const std::int16_t* from = row + std::ptrdiff_t{kChannels} * (columns.first(x) - left);
    const Words* const weights = columns.weights(x);
    Ints sum{};
    for (int pair = 0; pair < columns.pairs(); ++pair, from += 2 * kChannels) {
      Words both;
      std::memcpy(&both, from, sizeof both);
      sum +=
          multiply_add(__builtin_shufflevector(both, both, 0, 4, 1, 5, 2, 6, 3, 7), weights[pair]);
    }
    into[x] = sum;
  }
}

#ifdef __x86_64__

[[gnu::target("avx2")]] __m256i load(const void* from) {
  return _mm256_loadu_si256(static_cast<const __m256i*>(from));
}

[[gnu::target("avx2")]] void wide_rows(std::span<const std::uint8_t* const> rows,
                                       const Words* weights, int width, std::int16_t* into) {
  constexpr int kPixels = 8;
  const __m256i zero = _mm256_setzero_si256();
  for (int x = 0; x < width; x += kPixels) {
    const std::ptrdiff_t at = std::ptrdiff_t{kChannels} * x;
    // An operation works on both halves alike: pixels 0 and 4, 1 and 5, 2 and 6, 3 and 7.
    __m256i sum0 = _mm256_set1_epi32(kRowRounding);
    __m256i sum1 = sum0;
    __m256i sum2 = sum0;
    __m256i sum3 = sum0;
    for (std::size_t pair = 0; pair < rows.size() / 2; ++pair) {
      const __m256i upper = load(rows[2 * pair] + at);
      const __m256i lower = load(rows[2 * pair + 1] + at);
      const __m256i weight = _mm256_broadcastsi128_si256(reinterpret_cast<__m128i>(weights[pair]));
      const __m256i left = _mm256_unpacklo_epi8(upper, lower);
      const __m256i right = _mm256_unpackhi_epi8(upper, lower);
      sum0 = _mm256_add_epi32(sum0, _mm256_madd_epi16(_mm256_unpacklo_epi8(left, zero), weight));
      sum1 = _mm256_add_epi32(sum1, _mm256_madd_epi16(_mm256_unpackhi_epi8(left, zero), weight));
      sum2 = _mm256_add_epi32(sum2, _mm256_madd_epi16(_mm256_unpacklo_epi8(right, zero), weight));
      sum3 = _mm256_add_epi32(sum3, _mm256_madd_epi16(_mm256_unpackhi_epi8(right, zero), weight));
    }
    const __m256i left =
        _mm256_packs_epi32(_mm256_srai_epi32(sum0, kRowShift), _mm256_srai_epi32(sum1, kRowShift));
    const __m256i right =
        _mm256_packs_epi32(_mm256_srai_epi32(sum2, kRowShift), _mm256_srai_epi32(sum3, kRowShift));
    auto* const to = reinterpret_cast<__m256i*>(into + at);
    _mm256_storeu_si256(to, _mm256_permute2x128_si256(left, right, 0x20));
    _mm256_storeu_si256(to + 1, _mm256_permute2x128_si256(left, right, 0x31));
  }
}

[[gnu::target("avx2")]] void wide_columns(const std::int16_t* row, const Filter& columns, int left,
                                          int width, Ints* into) {
  const __m128i pair_up = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  const __m256i pair_up_twice = _mm256_broadcastsi128_si256(pair_up);
  const int pairs = columns.pairs();
  for (int x = 0; x < width; ++x) {
    const std::int16_t* from = row + std::ptrdiff_t{kChannels} * (columns.first(x) - left);
    const Words* weights = columns.weights(x);
    __m256i sums = _mm256_setzero_si256();
    for (int twice = 0; twice < pairs / 2; ++twice, from += 4 * kChannels, weights += 2) {
      const __m256i both = _mm256_shuffle_epi8(load(from), pair_up_twice);
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(both, load(weights)));
    }
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    if (pairs % 2 != 0) {
      const __m128i last = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
      sum = _mm_add_epi32(sum, _mm_madd_epi16(_mm_shuffle_epi8(last, pair_up),
                                              reinterpret_cast<__m128i>(*weights)));
    }
    into[x] = reinterpret_cast<Ints>(sum);
  }
}

constexpr Blend kWideBlend{.rows = wide_rows, .columns = wide_columns};

#endif

}  // namespace

const Blend kPlainBlend{.rows = plain_rows, .columns = plain_columns};

const Blend& best_blend() {
#ifdef __x86_64__
  if (__builtin_cpu_supports("avx2")) return kWideBlend;
#endif
  return kPlainBlend;
}

}  // namespace likeness::imaging
