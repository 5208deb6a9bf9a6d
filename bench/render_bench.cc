// What an imaging job costs in this process, without the worker and its sandbox:
//
//   render_bench FOLDER-OF-ORIGINALS [--benchmark_…]
//
// The folder is that of make_originals. Each iteration takes the next original of its size.

#include <benchmark/benchmark.h>

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "bench/pictures.h"
#include "imaging/render.h"
#include "imaging/runtime.h"

namespace {

using namespace likeness;
using namespace likeness::imaging;

std::vector<SharedBytes> originals_in(const std::string& folder) {
  std::vector<SharedBytes> originals;
  for (auto& source : bench::sources_in(folder))
    originals.push_back(share(std::move(source.bytes)));
  return originals;
}

void run(benchmark::State& state, const std::string& folder, const Job& job) {
  const auto originals = originals_in(folder);
  const ImagingSettings settings;
  std::size_t next = 0;
  for (auto _ : state) {
    Job one = job;
    one.source = originals[next++ % originals.size()];
    const auto rendered = render(one, settings);
    if (!rendered) state.SkipWithError(rendered.error().detail.c_str());
    benchmark::DoNotOptimize(rendered);
  }
}

// What is asked of a photo for the first time in one size, and the nine sizes of HR clients at
// once.
void add(const std::string& originals, const std::string& size) {
  const auto measured = [&](const char* what, Job job) {
    benchmark::RegisterBenchmark((size + " " + what).c_str(), [folder = originals + "/" + size,
                                                               job = std::move(job)](
                                                                  benchmark::State& state) {
      run(state, folder, job);
    })->Unit(benchmark::kMillisecond);
  };
  const Spec square{.box = {240, 240}};
  measured("to 240x240", {.wanted = {square}});
  measured("to 240x240 and a sketch", {.wanted = {square}, .sketch = true});
  Job nine;
  for (const int edge : {48, 64, 96, 120, 240, 360, 432, 504, 648}) {
    nine.wanted.push_back({.box = {edge, edge}});
  }
  measured("to nine sizes", nine);
}

}  // namespace

int main(int count, char** arguments) {
  benchmark::Initialize(&count, arguments);
  if (count != 2) {
    std::fprintf(stderr, "usage: render_bench FOLDER-OF-ORIGINALS [--benchmark_…]\n");
    return 2;
  }
  if (!start_vips() || !warm_up()) return 1;
  for (const char* size : {"648x648", "1600x1200"}) add(arguments[1], size);
  benchmark::RunSpecifiedBenchmarks();
}
