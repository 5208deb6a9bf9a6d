#include "tests/support/images.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>

#include "imaging/runtime.h"

#ifdef __SANITIZE_ADDRESS__
// The HEIC encoder, which only tests use, leaks a little.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libx265"; }
#endif

namespace likeness::test {

using imaging::then;

namespace {

void require(bool holds) {
  if (!holds) throw std::runtime_error(vips_error_buffer());
}

std::vector<std::filesystem::path> photo_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(LIKENESS_TEST_PHOTOS)) {
    if (entry.path().extension() == ".png") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

}  // namespace

void need_vips() {
  static const bool started = imaging::start_vips().has_value();
  require(started);
}

Colour Pixmap::at(int x, int y) const {
  const auto* pixel = &bytes[static_cast<std::size_t>((y * size.width + x) * bands)];
  return {pixel[0], pixel[1], pixel[2]};
}

int Pixmap::alpha(int x, int y) const {
  return bands < 4 ? 255 : bytes[static_cast<std::size_t>((y * size.width + x) * bands + 3)];
}

Pixmap look_at(const std::string& bytes) {
  need_vips();
  const Image image(vips_image_new_from_buffer(bytes.data(), bytes.size(), "", nullptr));
  require(image != nullptr);
  const Image colour = then(image, vips_colourspace, VIPS_INTERPRETATION_sRGB);
  require(colour != nullptr && colour->BandFmt == VIPS_FORMAT_UCHAR);
  std::size_t length = 0;
  auto* const data = static_cast<std::uint8_t*>(vips_image_write_to_memory(colour.get(), &length));
  require(data != nullptr);
  Pixmap pixmap{.size = {colour->Xsize, colour->Ysize},
                .bands = colour->Bands,
                .bytes = std::vector<std::uint8_t>(data, data + length)};
  g_free(data);
  return pixmap;
}

std::string loader_of(const std::string& bytes) {
  need_vips();
  const char* const name = vips_foreign_find_load_buffer(bytes.data(), bytes.size());
  require(name != nullptr);
  return vips_nickname_find(g_type_from_name(name));
}

double difference(const Pixmap& a, const Pixmap& b) {
  if (a.size != b.size) return 255;
  double sum = 0;
  for (int y = 0; y < a.size.height; ++y) {
    for (int x = 0; x < a.size.width; ++x) {
      const Colour one = a.at(x, y);
      const Colour other = b.at(x, y);
      for (std::size_t i = 0; i < 3; ++i) sum += std::abs(one[i] - other[i]);
    }
  }
  return sum / (3.0 * a.size.width * a.size.height);
}

bool is_near(const Colour& a, const Colour& b, int by) {
  return std::ranges::equal(a, b, [&](int x, int y) { return std::abs(x - y) <= by; });
}

Image photo(int i, Size size) {
  need_vips();
  const auto files = photo_files();
  VipsImage* image = nullptr;
  const auto& file = files.at(static_cast<std::size_t>(i) % files.size());
  require(vips_thumbnail(file.c_str(), &image, size.width, "height", size.height, "crop",
                         VIPS_INTERESTING_CENTRE, nullptr) == 0);
  Image result(image);
  if (vips_image_hasalpha(image) != 0) result = then(result, vips_flatten);
  result = Image(vips_image_copy_memory(result.get()));
  require(result != nullptr && result->Xsize == size.width && result->Ysize == size.height);
  return result;
}

Image plain(Size size, const Colour& colour) {
  need_vips();
  VipsImage* black = nullptr;
  require(vips_black(&black, size.width, size.height, "bands", 3, nullptr) == 0);
  const std::array<double, 3> ones{1, 1, 1};
  const std::array<double, 3> add{double(colour[0]), double(colour[1]), double(colour[2])};
  const Image floating = then(Image(black), vips_linear, ones.data(), add.data(), 3);
  return then(then(floating, vips_cast, VIPS_FORMAT_UCHAR), vips_copy, "interpretation",
              VIPS_INTERPRETATION_sRGB);
}

Image quarters(Size size) {
  const Size quarter{(size.width + 1) / 2, (size.height + 1) / 2};
  const std::array<Image, 4> parts{plain(quarter, kRed), plain(quarter, kGreen),
                                   plain(quarter, kBlue), plain(quarter, kYellow)};
  std::array<VipsImage*, 4> all{parts[0].get(), parts[1].get(), parts[2].get(), parts[3].get()};
  VipsImage* joined = nullptr;
  require(vips_arrayjoin(all.data(), &joined, 4, "across", 2, nullptr) == 0);
  return then(Image(joined), vips_extract_area, 0, 0, size.width, size.height);
}

std::string save(const Image& image, const std::string& format) {
  require(image != nullptr);
  void* bytes = nullptr;
  std::size_t length = 0;
  require(vips_image_write_to_buffer(image.get(), format.c_str(), &bytes, &length, nullptr) == 0);
  std::string result(static_cast<const char*>(bytes), length);
  g_free(bytes);
  return result;
}

}  // namespace likeness::test
