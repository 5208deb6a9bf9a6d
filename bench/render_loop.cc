// The least that a miss can cost here: reads all JPEGs of a folder, then does the imaging job of
// COUNT of them in turn in this process: decode at scale, resize, encode each edge. No HTTP, no
// origin, no worker, no sketch.
//
//   render_loop FOLDER EDGE[,EDGE…] QUALITY COUNT
//
// QUALITY 0 is the default. Prints the CPU milliseconds and the seconds by the clock that this
// took.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "bench/pictures.h"
#include "imaging/render.h"
#include "imaging/runtime.h"

namespace {

using namespace likeness;

void run(const imaging::Job& job, const ImagingSettings& settings) {
  const auto rendered = imaging::render(job, settings);
  if (!rendered) bench::die(rendered.error().detail.c_str());
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "usage: render_loop FOLDER EDGES QUALITY COUNT\n");
    return 2;
  }
  if (!imaging::start_vips() || !imaging::warm_up()) return 1;
  std::vector<imaging::Spec> wanted;
  for (const int edge : bench::edges_of(arguments[2])) {
    wanted.push_back({.box = {edge, edge}, .quality = std::atoi(arguments[3])});
  }
  std::vector<imaging::Job> jobs;
  for (auto& source : bench::sources_in(arguments[1])) {
    jobs.push_back({.source = share(std::move(source.bytes)), .wanted = wanted});
  }
  const ImagingSettings settings;
  run(jobs[0], settings);  // Whatever is set up once.
  const auto pictures = static_cast<std::size_t>(std::atoi(arguments[4]));
  const auto start = std::chrono::steady_clock::now();
  const double before = bench::cpu_milliseconds();
  for (std::size_t i = 0; i < pictures; ++i) run(jobs[i % jobs.size()], settings);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  std::printf("%.3f %.4f\n", bench::cpu_milliseconds() - before, took.count());
}
