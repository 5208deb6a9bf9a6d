#include "bench/ssim.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace likeness::bench {
namespace {

Image blur(const Image& image) { return then(image, vips_gaussblur, 1.5, "precision", 1); }

Image luma(const Image& image) {
  return then(then(image, vips_colourspace, VIPS_INTERPRETATION_B_W), vips_cast,
              VIPS_FORMAT_DOUBLE);
}

Image times(const Image& a, const Image& b) {
  VipsImage* out = nullptr;
  if (vips_multiply(a.get(), b.get(), &out, nullptr) != 0) die("multiply");
  return Image(out);
}

Image minus(const Image& a, const Image& b) {
  VipsImage* out = nullptr;
  if (vips_subtract(a.get(), b.get(), &out, nullptr) != 0) die("subtract");
  return Image(out);
}

std::vector<double> doubles(const Image& image) {
  std::size_t length = 0;
  auto* data = static_cast<double*>(vips_image_write_to_memory(image.get(), &length));
  std::vector<double> result(data, data + length / sizeof(double));
  g_free(data);
  return result;
}

}  // namespace

Image decoded(const std::string& bytes) {
  VipsImage* image = vips_image_new_from_buffer(bytes.data(), bytes.size(), "", nullptr);
  if (image == nullptr) die("open");
  return Image(image);
}

Image lossless_of(const std::string& source, int edge) {
  const Image all(vips_image_copy_memory(decoded(source).get()));
  const double scale = static_cast<double>(edge) / std::min(all->Xsize, all->Ysize);
  const Image resized(vips_image_copy_memory(then(all, vips_resize, scale).get()));
  return then(resized, vips_extract_area, (resized->Xsize - edge) / 2, (resized->Ysize - edge) / 2,
              edge, edge);
}

double ssim(const Image& first, const Image& second) {
  const Image a = luma(first);
  const Image b = luma(second);
  const Image mean_a = blur(a);
  const Image mean_b = blur(b);
  const Image var_a = minus(blur(times(a, a)), times(mean_a, mean_a));
  const Image var_b = minus(blur(times(b, b)), times(mean_b, mean_b));
  const Image covariance = minus(blur(times(a, b)), times(mean_a, mean_b));
  const auto ma = doubles(mean_a);
  const auto mb = doubles(mean_b);
  const auto va = doubles(var_a);
  const auto vb = doubles(var_b);
  const auto co = doubles(covariance);
  constexpr double kC1 = 6.5025;
  constexpr double kC2 = 58.5225;
  double sum = 0;
  for (std::size_t i = 0; i < ma.size(); ++i) {
    sum += (2 * ma[i] * mb[i] + kC1) * (2 * co[i] + kC2) /
           ((ma[i] * ma[i] + mb[i] * mb[i] + kC1) * (va[i] + vb[i] + kC2));
  }
  return sum / static_cast<double>(ma.size());
}

}  // namespace likeness::bench
