#ifndef LIKENESS_BENCH_PICTURES_H_
#define LIKENESS_BENCH_PICTURES_H_

#include <vips/vips.h>

#include <memory>
#include <string>
#include <vector>

// What the benchmarks' programs do with libvips themselves: making originals of real photographs,
// and the work that Likeness is compared with. Whatever fails ends the program.
namespace likeness::bench {

struct Unref {
  void operator()(VipsImage* image) const { g_object_unref(image); }
};
using Image = std::unique_ptr<VipsImage, Unref>;

[[noreturn]] void die(const char* what);

// One operation of libvips.
template <class Operation, class... Arguments>
Image then(const Image& in, Operation operation, Arguments... arguments) {
  VipsImage* out = nullptr;
  if (operation(in.get(), &out, arguments..., nullptr) != 0) die("vips");
  return Image(out);
}

// libvips as an imaging worker has it: one thread, no operation cache.
void start_vips(const char* program);

// The PNG photographs in a folder, by name.
[[nodiscard]] std::vector<std::string> photos_in(const std::string& folder);

// A photograph cropped to the asked size, as JPEG. Soft where that enlarges it.
[[nodiscard]] std::string photo_source(const std::string& file, int width, int height);

// A mosaic of photographs of the asked size, at a camera's sharpness, as JPEG. `first` tells which
// photograph it begins with, and `across` how many stand in a row.
[[nodiscard]] std::string mosaic_source(const std::vector<std::string>& files, std::size_t first,
                                        int width, int height, int across);

struct Source {
  std::string name;
  std::string bytes;
};

// The files in a folder.
[[nodiscard]] std::vector<Source> sources_in(const std::string& folder);

// "48,96" as numbers.
[[nodiscard]] std::vector<int> edges_of(const std::string& list);

// As JPEG, without metadata.
[[nodiscard]] std::string jpeg_of(const Image& image, int quality);

// The peer's work for one picture: vips_thumbnail_buffer() to a square, then JPEG.
[[nodiscard]] std::string vips_thumbnail_of(const std::string& source, int edge, int quality = 80);

// The CPU time of this process.
[[nodiscard]] double cpu_milliseconds();

}  // namespace likeness::bench

#endif  // LIKENESS_BENCH_PICTURES_H_
