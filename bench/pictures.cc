#include "bench/pictures.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace likeness::bench {
void die(const char* what) {
  std::fprintf(stderr, "%s: %s\n", what, vips_error_buffer());
  std::exit(1);
}

void start_vips(const char* program) {
  if (vips_init(program) != 0) die("vips_init");
  vips_concurrency_set(1);
  vips_cache_set_max(0);
}

std::vector<std::string> photos_in(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".png") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  if (files.empty()) die("no photographs");
  return files;
}

std::string mosaic_source(const std::vector<std::string>& files, std::size_t first, int width,
                          int height, int across) {
  std::vector<Image> tiles;
  std::vector<VipsImage*> row;
  const int tile = width / across;
  for (int i = 0; i < across * (height / tile); ++i) {
    VipsImage* image = nullptr;
    const auto& file = files[(first + static_cast<std::size_t>(i)) % files.size()];
    if (vips_thumbnail(file.c_str(), &image, tile, "height", tile, "size", VIPS_SIZE_FORCE,
                       nullptr) != 0) {
      die("photo");
    }
    Image flat(image);
    if (vips_image_hasalpha(image) != 0) flat = then(flat, vips_flatten);
    row.push_back(flat.get());
    tiles.push_back(std::move(flat));
  }
  VipsImage* joined = nullptr;
  if (vips_arrayjoin(row.data(), &joined, static_cast<int>(row.size()), "across", across,
                     nullptr) != 0) {
    die("arrayjoin");
  }
  return jpeg_of(Image(joined), 88);
}

std::string photo_source(const std::string& file, int width, int height) {
  VipsImage* image = nullptr;
  if (vips_thumbnail(file.c_str(), &image, width, "height", height, "crop", VIPS_INTERESTING_CENTRE,
                     nullptr) != 0) {
    die("photo");
  }
  Image flat(image);
  if (vips_image_hasalpha(image) != 0) flat = then(flat, vips_flatten);
  return jpeg_of(flat, 88);
}

std::vector<Source> sources_in(const std::string& folder) {
  std::vector<Source> sources;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    sources.push_back({.name = entry.path().filename(),
                       .bytes = std::string(std::istreambuf_iterator<char>(file), {})});
  }
  if (sources.empty()) die("no originals");
  return sources;
}

std::vector<int> edges_of(const std::string& list) {
  std::vector<int> edges;
  std::istringstream words(list);
  for (std::string word; std::getline(words, word, ',');) edges.push_back(std::atoi(word.c_str()));
  if (edges.empty()) die("no edges");
  return edges;
}

std::string jpeg_of(const Image& image, int quality) {
  void* bytes = nullptr;
  std::size_t length = 0;
  if (vips_jpegsave_buffer(image.get(), &bytes, &length, "Q", quality, "strip", TRUE, nullptr)) {
    die("jpegsave");
  }
  std::string result(static_cast<const char*>(bytes), length);
  g_free(bytes);
  return result;
}

std::string vips_thumbnail_of(const std::string& source, int edge, int quality) {
  VipsImage* image = nullptr;
  if (vips_thumbnail_buffer(const_cast<char*>(source.data()), source.size(), &image, edge, "height",
                            edge, "crop", VIPS_INTERESTING_CENTRE, nullptr) != 0) {
    die("thumbnail");
  }
  return jpeg_of(Image(image), quality);
}

double cpu_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

}  // namespace likeness::bench
