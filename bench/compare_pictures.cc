// How good and how large the pictures in a folder are: for each OUT/NAME, a square made of
// ORIGINALS/NAME, its likeness to a lossless one (bench/ssim.h). Prints the mean of these and of
// the pictures' bytes.
//
//   compare_pictures ORIGINALS OUT

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "bench/pictures.h"
#include "bench/ssim.h"

namespace {

using namespace likeness::bench;

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.empty()) die(path.c_str());
  return bytes;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3) {
    std::fprintf(stderr, "usage: compare_pictures ORIGINALS OUT\n");
    return 2;
  }
  start_vips(arguments[0]);
  double similarity = 0;
  std::size_t bytes = 0;
  std::size_t pictures = 0;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[2])) {
    const std::string picture = bytes_of(entry.path());
    const std::string source =
        bytes_of(std::filesystem::path(arguments[1]) / entry.path().filename());
    const Image made = decoded(picture);
    if (made->Xsize != made->Ysize) die("no square");
    similarity += ssim(made, lossless_of(source, made->Xsize));
    bytes += picture.size();
    ++pictures;
  }
  if (pictures == 0) die("no pictures");
  std::printf("%.5f %.1f\n", similarity / static_cast<double>(pictures),
              static_cast<double>(bytes) / static_cast<double>(pictures));
}
