#ifndef LIKENESS_TESTS_SUPPORT_IMAGES_H_
#define LIKENESS_TESTS_SUPPORT_IMAGES_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "imaging/vips.h"

namespace likeness::test {

using imaging::Image;
using imaging::Size;

using Colour = std::array<int, 3>;
inline constexpr Colour kRed{220, 30, 40};
inline constexpr Colour kGreen{30, 200, 60};
inline constexpr Colour kBlue{40, 60, 220};
inline constexpr Colour kYellow{240, 220, 40};

// Starts libvips in the test's own process; cheap when it runs already.
void need_vips();

// A decoded picture to look into: three or four bytes a pixel.
struct Pixmap {
  Size size;
  int bands = 0;
  std::vector<std::uint8_t> bytes;

  [[nodiscard]] Colour at(int x, int y) const;
  [[nodiscard]] int alpha(int x, int y) const;
};

// Decodes what a client would get, by libvips' own choice of loader, grey as three equal channels.
[[nodiscard]] Pixmap look_at(const std::string& bytes);
// The loader that libvips takes for the bytes, "jpegload_buffer".
[[nodiscard]] std::string loader_of(const std::string& bytes);

// The mean difference of two pictures of one size, in steps of 0 to 255.
[[nodiscard]] double difference(const Pixmap& a, const Pixmap& b);
[[nodiscard]] bool is_near(const Colour& a, const Colour& b, int by = 12);

// The i-th real photograph, cut to `size` and flattened.
[[nodiscard]] Image photo(int i, Size size);
// Red, green, blue and yellow quarters: top left, top right, bottom left, bottom right.
[[nodiscard]] Image quarters(Size size);
[[nodiscard]] Image plain(Size size, const Colour& colour);

// Encodes by libvips' name for a format and its options: ".jpg[Q=90]".
[[nodiscard]] std::string save(const Image& image, const std::string& format);

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_IMAGES_H_
