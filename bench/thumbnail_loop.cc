// The bare loop that misses are compared with: reads all JPEGs of a folder, then makes thumbnails
// of COUNT of them in turn, one of each edge, with vips_thumbnail_buffer and vips_jpegsave_buffer,
// and prints the CPU milliseconds and the seconds by the clock that this took.
//
//   thumbnail_loop FOLDER EDGE[,EDGE…] QUALITY COUNT
//
// `thumbnail_loop FOLDER EDGE QUALITY OUT/` writes a thumbnail of each into OUT instead.
// `thumbnail_loop FOLDER EDGE,EDGE… QUALITY COUNT once` is the least that several sizes can cost:
// decodes once, as small as the largest edge allows, and encodes pictures that are scaled before.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bench/pictures.h"

namespace {

using namespace likeness::bench;

// Of a decoder that reads 1/1, 1/2, 1/4 or 1/8 of the edges.
int shrink_for(const std::string& source, int edge) {
  VipsImage* head = nullptr;
  if (vips_jpegload_buffer(const_cast<char*>(source.data()), source.size(), &head, nullptr) != 0) {
    die("jpegload");
  }
  const Image image(head);
  int shrink = 1;
  while (shrink < 8 && std::min(image->Xsize, image->Ysize) / (shrink * 2) >= edge) shrink *= 2;
  return shrink;
}

void decode(const std::string& source, int shrink) {
  VipsImage* image = nullptr;
  if (vips_jpegload_buffer(const_cast<char*>(source.data()), source.size(), &image, "shrink",
                           shrink, nullptr) != 0) {
    die("jpegload");
  }
  (void)Image(vips_image_copy_memory(Image(image).get()));
}

Image scaled(const std::string& source, int edge) {
  VipsImage* image = nullptr;
  if (vips_thumbnail_buffer(const_cast<char*>(source.data()), source.size(), &image, edge, "height",
                            edge, "crop", VIPS_INTERESTING_CENTRE, nullptr) != 0) {
    die("thumbnail");
  }
  return Image(vips_image_copy_memory(Image(image).get()));
}

void decode_once(const std::string& source, const std::vector<int>& edges, int quality,
                 double& milliseconds) {
  std::vector<Image> pictures;
  pictures.reserve(edges.size());
  for (const int edge : edges) pictures.push_back(scaled(source, edge));
  const int shrink = shrink_for(source, std::ranges::max(edges));
  const double before = cpu_milliseconds();
  decode(source, shrink);
  for (const Image& picture : pictures) (void)jpeg_of(picture, quality);
  milliseconds += cpu_milliseconds() - before;
}

void thumbnails(const std::string& source, const std::vector<int>& edges, int quality,
                double& milliseconds) {
  const double before = cpu_milliseconds();
  for (const int edge : edges) (void)vips_thumbnail_of(source, edge, quality);
  milliseconds += cpu_milliseconds() - before;
}

void write(const std::vector<Source>& sources, int edge, int quality,
           const std::filesystem::path& out) {
  for (const Source& source : sources) {
    std::ofstream file(out / source.name, std::ios::binary);
    file << vips_thumbnail_of(source.bytes, edge, quality);
    if (!file.flush()) die("write");
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 5) {
    std::fprintf(stderr, "usage: thumbnail_loop FOLDER EDGES QUALITY COUNT [once]\n");
    return 2;
  }
  start_vips(arguments[0]);
  const auto sources = sources_in(arguments[1]);
  const auto edges = edges_of(arguments[2]);
  const int quality = std::atoi(arguments[3]);
  const std::string how_many = arguments[4];
  if (how_many.ends_with('/')) {
    write(sources, edges[0], quality, how_many);
    return 0;
  }
  const auto work = count > 5 ? decode_once : thumbnails;
  double milliseconds = 0;
  // What is set up once, such as libvips' table of operations, is nobody's work per picture.
  work(sources[0].bytes, edges, quality, milliseconds);
  milliseconds = 0;
  const auto pictures = static_cast<std::size_t>(std::atoi(how_many.c_str()));
  const auto start = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < pictures; ++i) {
    work(sources[i % sources.size()].bytes, edges, quality, milliseconds);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%.3f %.4f\n", milliseconds, took.count());
}
