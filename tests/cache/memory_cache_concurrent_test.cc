#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>
#include <vector>

#include "cache/memory_cache.h"
#include "tests/cache/pictures.h"

namespace likeness::cache {
namespace {

constexpr int kThreads = 4;
constexpr int kSteps = 20'000;

// One thread's share of the storm; counts what must never be seen.
void storm(MemoryCache& cache, unsigned seed, std::atomic<int>& wrong) {
  std::mt19937 random(seed);
  for (int i = 0; i < kSteps; ++i) {
    const std::string id = "photo" + std::to_string(random() % 50);
    const std::string name = std::to_string(random() % 4);
    const std::string version = "v" + std::to_string(random() % 3);
    switch (random() % 10) {
      case 0: cache.erase(id); break;
      case 1: cache.put_meta(id, shared_meta(version)); break;
      case 2:
      case 3:
        cache.put_picture(id, name, picture(version, version + std::string(3'000, 'x')));
        break;
      case 4:
        if (cache.stats().bytes > 60 * kKiB) ++wrong;
        if (random() % 200 == 0) cache.clear();
        break;
      default: {
        const auto found = cache.find(id, name);
        if (!found.picture) break;
        if (found.picture->version != found.meta->version) ++wrong;
        if (!found.picture->bytes->starts_with(found.meta->version)) ++wrong;
      }
    }
  }
}

}  // namespace

TEST_CASE("threads that find, store and erase at once never see a picture of another version",
          "[memory_cache]") {
  MemoryCache cache({.capacity_bytes = 60 * kKiB, .max_variants_per_photo = 64});
  std::atomic<int> wrong = 0;
  std::vector<std::thread> threads;
  for (unsigned i = 0; i < kThreads; ++i) {
    threads.emplace_back([&cache, &wrong, i] { storm(cache, i + 1, wrong); });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(wrong == 0);
  CHECK(cache.stats().evictions > 0);
}

TEST_CASE("an entry being sent survives its eviction", "[memory_cache]") {
  MemoryCache cache({.capacity_bytes = 100 * kKiB, .max_variants_per_photo = 64});
  cache.put_meta("ann", shared_meta("v"));
  cache.put_picture("ann", "240", picture("v", "sent slowly"));
  const auto held = cache.find("ann", "240");
  std::thread other([&cache] {
    // Each is used at once, so that the hand finds all marked and comes around.
    for (int i = 0; i < 200; ++i) {
      const std::string id = std::to_string(i);
      cache.put_meta(id, shared_meta("v"));
      cache.put_picture(id, "240", picture_of_size("v", 5'000));
      static_cast<void>(cache.find(id, "240"));
    }
  });
  other.join();
  CHECK(cache.find("ann", "240").picture == nullptr);
  CHECK(*held.picture->bytes == "sent slowly");
}

}  // namespace likeness::cache
