#include "imaging/pool.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <set>

#include "imaging/worker.h"
#include "tests/support/images.h"
#include "tests/support/temp_folder.h"
#include "tests/support/test_loop.h"

namespace likeness::imaging {
namespace {

using test::TestLoop;

ImagingSettings settings_for(int workers) {
  ImagingSettings settings;
  settings.workers = workers;
  return settings;
}

std::string small_jpeg(int i = 0) { return test::save(test::photo(i, {200, 150}), ".jpg"); }

// Takes a worker a few seconds: large lossless pictures at the highest cost.
Job slow_job(std::size_t pictures = 12) {
  return {.source = share(test::save(test::photo(0, {3'000, 3'000}), ".jpg")),
          .wanted = std::vector<Spec>(pictures, Spec{.format = Format::png})};
}

Job small_job(int i = 0) { return {.source = share(small_jpeg(i)), .wanted = {{.box = {48, 48}}}}; }

std::set<pid_t> children() {
  std::set<pid_t> result;
  std::ifstream file("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (pid_t pid = 0; file >> pid;) result.insert(pid);
  return result;
}

// A pool, its loop and what became of its jobs, by order of submission.
class Fixture {
 public:
  explicit Fixture(const ImagingSettings& settings)
      : pool(std::make_unique<Pool>(loop, settings, LIKENESS_TEST_WORKER)) {}

  std::size_t submit(Job job) {
    const std::size_t index = results.size();
    results.emplace_back();
    pool->submit(std::move(job), [this, index](Result<Rendered> result) {
      CHECK_FALSE(results[index].has_value());
      results[index] = std::move(result);
      ++answers;
    });
    CHECK_FALSE(results[index].has_value());
    return index;
  }
  void wait() {
    REQUIRE(loop.run_until([&] { return answers == results.size(); }, std::chrono::seconds(60)));
  }
  void wait_for_workers(int count) {
    REQUIRE(
        loop.run_until([&] { return pool->stats().workers == count; }, std::chrono::seconds(60)));
  }
  Errc error(std::size_t index) const {
    return *results[index] ? Errc::no_photo : results[index]->error().code;
  }

  TestLoop loop;
  std::unique_ptr<Pool> pool;
  std::vector<std::optional<Result<Rendered>>> results;
  std::size_t answers = 0;
};

TEST_CASE("a job comes back as a picture") {
  Fixture fixture(settings_for(1));
  fixture.submit({.source = share(small_jpeg()),
                  .wanted = {{.box = {48, 48}}, {.box = {64, 32}, .format = Format::webp}},
                  .master_edge = 100});
  fixture.wait();
  const auto& result = *fixture.results[0];
  REQUIRE(result.has_value());
  CHECK(result->info.size == Size{200, 150});
  CHECK(test::look_at(*result->pictures[0].bytes).size == Size{48, 48});
  CHECK(test::look_at(*result->pictures[1].bytes).size == Size{64, 32});
  CHECK(result->master->size == Size{100, 75});
  CHECK(fixture.pool->stats().jobs == 1);
}

TEST_CASE("sandboxed workers read and write every format") {
  Fixture fixture(settings_for(2));
  const Image photo = test::photo(1, {300, 200});
  for (const char* source :
       {".jpg", ".jpg[interlace]", ".png", ".webp", ".gif", ".tif", ".avif", ".heic",
        ".tif[compression=jpeg]", ".tif[compression=webp]", ".tif[compression=zstd]"}) {
    std::vector<Spec> wanted;
    for (const Format format : {Format::jpeg, Format::webp, Format::avif, Format::png}) {
      wanted.push_back({.box = {100, 100}, .gravity = Gravity::attention, .format = format});
    }
    fixture.submit({.source = share(test::save(photo, source)), .wanted = wanted});
  }
  const Image cmyk = then(photo, vips_icc_transform, "cmyk", "input_profile", "srgb");
  const Image p3 = then(photo, vips_icc_transform, "p3", "input_profile", "srgb");
  for (const Image* image : {&cmyk, &p3}) {
    fixture.submit({.source = share(test::save(*image, ".jpg")), .wanted = {{.box = {50, 50}}}});
  }
  fixture.wait();
  for (std::size_t i = 0; i < fixture.results.size(); ++i) {
    const auto& result = *fixture.results[i];
    INFO(i << (result ? "" : result.error().detail));
    CHECK(result.has_value());
  }
  CHECK(fixture.pool->stats().crashes == 0);
}

TEST_CASE("many jobs at once are all answered, each with its own picture") {
  Fixture fixture(settings_for(3));
  std::vector<std::string> sources;
  for (int i = 0; i < 20; ++i) {
    sources.push_back(test::save(test::plain({100 + i, 80}, test::kRed), ".png"));
  }
  for (int i = 0; i < 200; ++i) {
    fixture.submit({.source = share(sources[std::size_t(i) % 20]), .wanted = {{.box = {20, 20}}}});
  }
  fixture.wait();
  for (std::size_t i = 0; i < 200; ++i) {
    REQUIRE(fixture.results[i]->has_value());
    CHECK((*fixture.results[i])->info.size.width == 100 + static_cast<int>(i % 20));
  }
  CHECK(fixture.pool->stats().jobs == 200);
  fixture.wait_for_workers(3);
  fixture.loop.advance(kRest);
  fixture.loop.turn();
  CHECK(fixture.loop.timers() == 0);
}

// What this process's files in memory occupy, in which it hands sources to workers.
std::size_t bytes_of_source_files() {
  std::size_t bytes = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code closed;  // The iterator's own.
    if (!std::filesystem::read_symlink(entry, closed).string().starts_with("/memfd:likeness")) {
      continue;
    }
    struct stat status = {};
    REQUIRE(::stat(entry.path().c_str(), &status) == 0);
    bytes += static_cast<std::size_t>(status.st_blocks) * 512;
  }
  return bytes;
}

TEST_CASE("large sources and answers pass in pieces, and leave no memory taken after a rest") {
  Fixture fixture(settings_for(1));
  const std::string source = test::save(test::photo(2, {1'500, 1'500}), ".png[compression=0]");
  REQUIRE(source.size() > 5 * kMiB);
  for (int i = 0; i < 2; ++i) {
    fixture.submit({.source = share(source), .wanted = {{.format = Format::png}}});
  }
  fixture.submit(small_job());
  fixture.wait();
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(fixture.results[i]->has_value());
    CHECK((*fixture.results[i])->pictures[0].bytes->size() > kMiB);
  }
  CHECK(fixture.results[2]->has_value());
  CHECK(bytes_of_source_files() >= source.size());
  fixture.loop.advance(kRest);
  fixture.loop.turn();
  CHECK(bytes_of_source_files() == 0);
  CHECK(fixture.loop.timers() == 0);
}

TEST_CASE("a bad source fails its job and costs no worker") {
  Fixture fixture(settings_for(1));
  const auto workers = children();
  fixture.submit({.source = share("<svg/>"), .wanted = {{.box = {9, 9}}}});
  fixture.submit({.source = share(small_jpeg().substr(0, 3'000)), .wanted = {{.box = {9, 9}}}});
  fixture.submit(small_job());
  fixture.wait();
  CHECK(fixture.error(0) == Errc::bad_source);
  CHECK(fixture.error(1) == Errc::bad_source);
  CHECK(fixture.results[2]->has_value());
  CHECK(children() == workers);
}

TEST_CASE("a job whose worker is killed is tried again, but not for ever") {
  Fixture fixture(settings_for(1));
  fixture.wait_for_workers(1);
  fixture.submit(slow_job(2));
  const int kills = GENERATE(1, 3, 4);
  for (int i = 0; i < kills; ++i) {
    REQUIRE(fixture.loop.run_until([&] { return fixture.pool->stats().busy == 1; },
                                   std::chrono::seconds(60)));
    const auto workers = children();
    REQUIRE(workers.size() == 1);
    REQUIRE(::kill(*workers.begin(), SIGKILL) == 0);
    REQUIRE(
        fixture.loop.run_until([&] { return children() != workers; }, std::chrono::seconds(60)));
  }
  fixture.wait();
  CHECK(fixture.results[0]->has_value() == (kills < 4));
  if (kills == 4) CHECK(fixture.error(0) == Errc::overloaded);
}

TEST_CASE("a worker that dies costs its job and is replaced") {
  Fixture fixture(settings_for(1));
  const auto first = children();
  REQUIRE(first.size() == 1);
  fixture.wait_for_workers(1);
  fixture.submit(slow_job());
  fixture.submit(small_job());
  REQUIRE(fixture.pool->stats().busy == 1);
  REQUIRE(::kill(*first.begin(), SIGSEGV) == 0);
  fixture.wait();
  CHECK(fixture.error(0) == Errc::bad_source);
  CHECK(fixture.results[1]->has_value());
  CHECK(fixture.pool->stats().crashes == 1);
  CHECK(children() != first);
}

TEST_CASE("a job past its deadline is killed and the next one goes on") {
  Fixture fixture(settings_for(1));
  fixture.wait_for_workers(1);
  fixture.submit(slow_job());
  REQUIRE(fixture.pool->stats().busy == 1);
  fixture.loop.advance(std::chrono::milliseconds(10'001));
  fixture.wait();
  CHECK(fixture.error(0) == Errc::source_too_large);
  CHECK(fixture.pool->stats().timeouts == 1);
  CHECK(fixture.pool->stats().crashes == 0);
  fixture.submit(small_job());
  fixture.wait();
  CHECK(fixture.results[1]->has_value());
}

TEST_CASE("a full queue refuses, and so does a wait past the deadline") {
  auto settings = settings_for(1);
  settings.max_queued = 2;
  Fixture fixture(settings);
  fixture.wait_for_workers(1);
  fixture.submit(slow_job());
  for (int i = 0; i < 3; ++i) fixture.submit(small_job());
  CHECK(fixture.pool->stats().queued == 2);
  fixture.loop.turn();
  REQUIRE(fixture.results[3].has_value());
  CHECK(fixture.error(3) == Errc::overloaded);
  fixture.loop.advance(std::chrono::milliseconds(10'001));
  fixture.wait();
  CHECK(fixture.error(1) == Errc::overloaded);
  CHECK(fixture.error(2) == Errc::overloaded);
}

TEST_CASE("sources over the limit never reach a worker") {
  auto settings = settings_for(1);
  settings.max_source_bytes = 100;
  Fixture fixture(settings);
  fixture.submit({.source = share(std::string(101, 'x')), .wanted = {}});
  fixture.wait();
  CHECK(fixture.error(0) == Errc::source_too_large);
  CHECK(fixture.pool->stats().jobs == 0);
}

TEST_CASE("workers are replaced after their number of jobs") {
  auto settings = settings_for(1);
  settings.recycle_after_jobs = 3;
  Fixture fixture(settings);
  const auto first = children();
  for (int i = 0; i < 7; ++i) fixture.submit(small_job(i));
  fixture.wait();
  for (const auto& result : fixture.results) CHECK(result->has_value());
  CHECK(fixture.pool->stats().recycled == 2);
  CHECK(fixture.pool->stats().crashes == 0);
  CHECK(children() != first);
}

TEST_CASE("workers that have grown are replaced") {
  auto settings = settings_for(1);
  settings.recycle_after_bytes = kMiB;
  Fixture fixture(settings);
  for (int i = 0; i < 2; ++i) fixture.submit(small_job(i));
  fixture.wait();
  CHECK(fixture.pool->stats().recycled == 2);
}

TEST_CASE("a pool can go with jobs in flight and leaves no process") {
  Fixture fixture(settings_for(2));
  fixture.wait_for_workers(2);
  for (int i = 0; i < 5; ++i) fixture.submit(slow_job());
  fixture.submit({.source = share(std::string(21 * kMiB, 'x')), .wanted = {}});
  fixture.pool.reset();
  CHECK(children().empty());
  CHECK(fixture.loop.watched() == 0);
  CHECK(fixture.loop.timers() == 0);
  fixture.loop.turn();
  CHECK(fixture.answers == 0);
}

// What a pool says that cannot start this program.
std::string why_no_start(const std::string& program) {
  TestLoop loop;
  std::optional<Result<void>> started;
  std::optional<Pool> pool;
  pool.emplace(loop, settings_for(2), program, [&](Result<void> how) {
    CHECK_FALSE(started.has_value());
    started = std::move(how);
  });
  CHECK_FALSE(started.has_value());
  REQUIRE(loop.run_until([&] { return started.has_value(); }));
  pool.reset();
  CHECK(loop.timers() == 0);
  CHECK(loop.watched() == 0);
  return *started ? "" : started->error().detail;
}

TEST_CASE("the first worker starts alone, and the others when it is ready") {
  TestLoop loop;
  std::size_t others = 0;
  std::optional<Result<void>> started;
  Pool pool(loop, settings_for(3), LIKENESS_TEST_WORKER, [&](Result<void> how) {
    others = children().size() - 1;
    started = std::move(how);
  });
  CHECK(children().size() == 1);
  std::optional<Result<Rendered>> early;
  pool.submit(small_job(), [&](Result<Rendered> result) { early = std::move(result); });
  REQUIRE(loop.run_until([&] { return started.has_value() && early.has_value(); }));
  CHECK(started->has_value());
  CHECK(early->has_value());
  CHECK(others == 2);
  REQUIRE(loop.run_until([&] { return pool.stats().workers == 3; }));
}

TEST_CASE("a pool without a program to run says so") {
  CHECK_THAT(why_no_start("/no/such/program"), Catch::Contains("/no/such/program"));
}

TEST_CASE("a pool whose workers end at once says so, and leaves nothing") {
  CHECK_THAT(why_no_start("/bin/false"), Catch::Contains("exit code 1"));
  CHECK(children().empty());
}

TEST_CASE("workers that cannot start again are retried in growing pauses") {
  const test::TempFolder folder;
  const auto program = folder.path() / "worker";
  std::filesystem::create_symlink(LIKENESS_TEST_WORKER, program);
  TestLoop loop;
  Pool pool(loop, settings_for(1), program);
  REQUIRE(loop.run_until([&] { return pool.stats().workers == 1; }));
  std::filesystem::remove(program);
  ::kill(*children().begin(), SIGKILL);
  REQUIRE(loop.run_until([&] { return pool.stats().workers == 0; }));
  std::optional<Result<Rendered>> result;
  const auto submit = [&] {
    result.reset();
    pool.submit(small_job(), [&](Result<Rendered> got) { result = std::move(got); });
    REQUIRE(loop.run_until([&] { return result.has_value(); }));
  };
  submit();
  REQUIRE_FALSE(result->has_value());
  CHECK(result->error().code == Errc::overloaded);
  CHECK(result->error().retry_after > milliseconds(0));
  CHECK(loop.timers() == 1);
  std::filesystem::create_symlink(LIKENESS_TEST_WORKER, program);
  loop.advance(std::chrono::seconds(5));
  REQUIRE(loop.run_until([&] { return pool.stats().workers == 1; }));
  submit();
  CHECK(result->has_value());
}

}  // namespace
}  // namespace likeness::imaging
