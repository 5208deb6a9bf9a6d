// The bare loop that misses are compared with: reads all JPEGs of a folder, then makes COUNT
// thumbnails of them in turn with vips_thumbnail_buffer and vips_jpegsave_buffer, and prints the
// CPU milliseconds that this took and the bytes that came out.
//
//   thumbnail_loop FOLDER EDGE COUNT

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "bench/pictures.h"

namespace {

using namespace likeness::bench;

double cpu_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 4) {
    std::fprintf(stderr, "usage: thumbnail_loop FOLDER EDGE COUNT\n");
    return 2;
  }
  start_vips(arguments[0]);
  std::vector<std::string> sources;
  for (const auto& entry : std::filesystem::directory_iterator(arguments[1])) {
    std::ifstream file(entry.path(), std::ios::binary);
    sources.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  if (sources.empty()) die("no originals");
  const int edge = std::atoi(arguments[2]);
  const int thumbnails = std::atoi(arguments[3]);

  // What is set up once, such as libvips' table of operations, is nobody's work per picture.
  (void)vips_thumbnail_of(sources[0], edge);
  std::size_t bytes = 0;
  const double before = cpu_milliseconds();
  for (int i = 0; i < thumbnails; ++i) {
    bytes += vips_thumbnail_of(sources[static_cast<std::size_t>(i) % sources.size()], edge).size();
  }
  std::printf("%.3f %zu\n", cpu_milliseconds() - before, bytes);
}
