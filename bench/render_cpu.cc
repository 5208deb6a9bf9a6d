// CPU time of one image job, through a real Pool and its sandboxed worker (both sides counted),
// beside a bare loop of vips_thumbnail_buffer and vips_jpegsave_buffer over the same photographs.
// The two alternate photo by photo, so that the machine's moods hit both. Also: how similar the
// results are to a lossless Lanczos reference (bench/ssim.h), the nine sizes of HR clients as
// one job, and what the other output formats cost.
//
//   render_cpu FOLDER-OF-PNG-PHOTOS [ROUNDS]

#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bench/pictures.h"
#include "bench/ssim.h"
#include "imaging/pool.h"

namespace {

using namespace likeness;
using namespace likeness::bench;
using namespace likeness::imaging;

// The least loop that a pool needs.
class BenchLoop final : public Loop {
 public:
  [[nodiscard]] Clock::time_point now() const override { return Clock::now(); }
  [[nodiscard]] WallClock::time_point wall() const override { return WallClock::now(); }
  void post(Task task) override { tasks_.push_back(std::move(task)); }
  void defer(Task task) override { post(std::move(task)); }
  TimerId after(std::chrono::milliseconds, Task) override { return TimerId{1}; }
  void cancel(TimerId) override {}
  void watch(int fd, Ready wanted, OnReady on_ready) override {
    watches_[fd] = {wanted, std::make_shared<OnReady>(std::move(on_ready))};
  }
  void rewatch(int fd, Ready wanted) override { watches_[fd].first = wanted; }
  void unwatch(int fd) override { watches_.erase(fd); }

  void turn() {
    std::vector<pollfd> fds;
    for (const auto& [fd, watch] : watches_) {
      const int events = (watch.first.read ? POLLIN : 0) | (watch.first.write ? POLLOUT : 0);
      fds.push_back({fd, static_cast<short>(events), 0});
    }
    ::poll(fds.data(), fds.size(), 100);
    for (const pollfd& fd : fds) {
      const auto found = watches_.find(fd.fd);
      if (fd.revents == 0 || found == watches_.end()) continue;
      const auto call = found->second.second;
      (*call)({.read = (fd.revents & ~POLLOUT) != 0, .write = (fd.revents & POLLOUT) != 0});
    }
  }

 private:
  std::map<int, std::pair<Ready, std::shared_ptr<OnReady>>> watches_;
  std::vector<Task> tasks_;
};

// Milliseconds of CPU that a process has used, from its scheduler statistics (nanoseconds).
double process_cpu(const std::string& process) {
  double sum = 0;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + process + "/task")) {
    std::ifstream file(task.path() / "schedstat");
    double nanoseconds = 0;
    file >> nanoseconds;
    sum += nanoseconds / 1e6;
  }
  return sum;
}

std::vector<std::string> children() {
  std::vector<std::string> result;
  std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (std::string pid; file >> pid;) result.push_back(pid);
  return result;
}

struct Side {
  double cpu = 0;
  double similarity = 0;
  std::size_t bytes = 0;
};

class Bench {
 public:
  Bench() : pool_(loop_, settings(), LIKENESS_IMAGING) { workers_ = children(); }

  Rendered run(const std::string& source, std::vector<Spec> wanted, Side& side,
               bool sketch = false) {
    const auto shared = share(source);
    const double before = cpu();
    std::optional<Result<Rendered>> result;
    pool_.submit({.source = shared, .wanted = std::move(wanted), .sketch = sketch},
                 [&](Result<Rendered> got) { result = std::move(got); });
    while (!result) loop_.turn();
    side.cpu += cpu() - before;
    if (!*result) {
      std::fprintf(stderr, "job: %s\n", result->error().detail.c_str());
      std::exit(1);
    }
    return std::move(**result);
  }

  std::string run_vips(const std::string& source, int edge, Side& side) {
    const double before = process_cpu("self");
    std::string result = vips_thumbnail_of(source, edge);
    side.cpu += process_cpu("self") - before;
    return result;
  }

 private:
  static ImagingSettings settings() {
    ImagingSettings settings;
    settings.workers = 1;
    settings.recycle_after_jobs = 1'000'000;
    return settings;
  }
  double cpu() const {
    double sum = process_cpu("self");
    for (const auto& pid : workers_) sum += process_cpu(pid);
    return sum;
  }

  BenchLoop loop_;
  Pool pool_;
  std::vector<std::string> workers_;
};

void report(const char* what, const Side& side, std::size_t runs, std::size_t pictures) {
  std::printf("%-44s %7.2f ms  %7zu bytes", what, side.cpu / static_cast<double>(runs),
              side.bytes / runs);
  if (side.similarity > 0) {
    std::printf("  SSIM %.4f", side.similarity / static_cast<double>(pictures));
  }
  std::printf("\n");
}

void compare(Bench& bench, const char* what, const std::vector<std::string>& sources, int edge,
             int rounds) {
  Side ours;
  Side theirs;
  for (int round = -1; round < rounds; ++round) {
    if (round == 0) ours.cpu = theirs.cpu = 0;
    for (const auto& source : sources) {
      const auto rendered = bench.run(source, {{.box = {edge, edge}}}, ours);
      const std::string thumbnail = bench.run_vips(source, edge, theirs);
      if (round >= 0) continue;
      const Image lossless = lossless_of(source, edge);
      ours.similarity += ssim(decoded(*rendered.pictures[0].bytes), lossless);
      theirs.similarity += ssim(decoded(thumbnail), lossless);
      ours.bytes += rendered.pictures[0].bytes->size() * static_cast<std::size_t>(rounds);
      theirs.bytes += thumbnail.size() * static_cast<std::size_t>(rounds);
    }
  }
  const std::size_t runs = sources.size() * static_cast<std::size_t>(rounds);
  const std::string name =
      std::string(what) + " to " + std::to_string(edge) + "x" + std::to_string(edge);
  report((name + ", pool and worker").c_str(), ours, runs, sources.size());
  report((name + ", vips_thumbnail loop").c_str(), theirs, runs, sources.size());
}

void measure(Bench& bench, const char* what, const std::vector<std::string>& sources,
             const std::vector<Spec>& wanted, int rounds) {
  Side side;
  for (int round = -1; round < rounds; ++round) {
    if (round == 0) side = {};
    for (const auto& source : sources) {
      const auto rendered = bench.run(source, wanted, side);
      for (const auto& picture : rendered.pictures) side.bytes += picture.bytes->size();
    }
  }
  report(what, side, sources.size() * static_cast<std::size_t>(rounds), 0);
}

// The output formats in turn for each photograph; the negotiated ones, which are made beside their
// JPEG; and a photo's first job, which makes its sketch too.
void compare_formats(Bench& bench, const char* what, const std::vector<std::string>& sources,
                     int rounds) {
  constexpr Size kBox{240, 240};
  const std::array<std::pair<const char*, Spec>, 7> kinds{
      {{"JPEG", {.box = kBox}},
       {"WebP", {.box = kBox, .format = Format::webp}},
       {"AVIF", {.box = kBox, .format = Format::avif}},
       {"PNG", {.box = kBox, .format = Format::png}},
       {"negotiated WebP", {.box = kBox, .format = Format::webp, .or_jpeg = true}},
       {"negotiated AVIF", {.box = kBox, .format = Format::avif, .or_jpeg = true}},
       {"JPEG and sketch", {.box = kBox}}}};
  std::array<Side, kinds.size()> sides;
  for (int round = -1; round < rounds; ++round) {
    if (round == 0) sides = {};
    for (const auto& source : sources) {
      const Image lossless = round == 0 ? lossless_of(source, kBox.width) : nullptr;
      for (std::size_t i = 0; i < kinds.size(); ++i) {
        const bool sketch = i + 1 == kinds.size();
        const auto rendered = bench.run(source, {kinds[i].second}, sides[i], sketch);
        sides[i].bytes += rendered.pictures[0].bytes->size();
        if (lossless) sides[i].similarity += ssim(decoded(*rendered.pictures[0].bytes), lossless);
      }
    }
  }
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    report((std::string(what) + " to 240x240, " + kinds[i].first).c_str(), sides[i],
           sources.size() * static_cast<std::size_t>(rounds), sources.size());
    std::printf("%58.2f times its JPEG\n", sides[i].cpu / sides[0].cpu);
  }
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: render_cpu FOLDER-OF-PNG-PHOTOS [ROUNDS]\n");
    return 2;
  }
  const int rounds = count > 2 ? std::atoi(arguments[2]) : 5;
  start_vips(arguments[0]);
  const auto files = photos_in(arguments[1]);
  const auto make_all = [&](auto make) {
    std::vector<std::string> sources;
    for (std::size_t i = 0; i < files.size(); ++i) sources.push_back(make(i));
    return sources;
  };
  const auto small = make_all([&](std::size_t i) { return photo_source(files[i], 648, 648); });
  const auto medium = make_all([&](std::size_t i) { return photo_source(files[i], 1600, 1200); });
  const auto mosaic =
      make_all([&](std::size_t i) { return mosaic_source(files, i, 1600, 1200, 4); });
  const auto large = make_all([&](std::size_t i) { return photo_source(files[i], 4000, 3000); });

  Bench bench;
  compare(bench, "648x648", small, 240, rounds);
  compare(bench, "1600x1200 soft", medium, 240, rounds);
  compare(bench, "1600x1200 sharp", mosaic, 240, rounds);
  compare(bench, "1600x1200 sharp", mosaic, 96, rounds);
  compare(bench, "1600x1200 sharp", mosaic, 648, rounds);
  compare(bench, "4000x3000", large, 240, 1);
  std::vector<Spec> sizes;
  for (const int edge : {48, 64, 96, 120, 240, 360, 432, 504, 648}) {
    sizes.push_back({.box = {edge, edge}});
  }
  measure(bench, "1600x1200 sharp, nine HR sizes in one job", mosaic, sizes, rounds);
  compare_formats(bench, "648x648", small, rounds);
  compare_formats(bench, "1600x1200 sharp", mosaic, rounds);
}
