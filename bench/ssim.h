#ifndef LIKENESS_BENCH_SSIM_H_
#define LIKENESS_BENCH_SSIM_H_

#include <string>

#include "bench/pictures.h"

// How good pictures are: their likeness to what they would be without loss.
namespace likeness::bench {

// A picture of whatever format libvips reads. The bytes must outlive it.
[[nodiscard]] Image decoded(const std::string& bytes);

// The middle square of a source, scaled to the asked edge by vips_resize (Lanczos) from the whole
// decode, and not encoded.
[[nodiscard]] Image lossless_of(const std::string& source, int edge);

// The mean structural similarity of luma of two pictures of one size, by a Gaussian window; 1 for
// equal ones.
[[nodiscard]] double ssim(const Image& first, const Image& second);

}  // namespace likeness::bench

#endif  // LIKENESS_BENCH_SSIM_H_
