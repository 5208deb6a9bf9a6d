// The memory cache beside the program's allocator, which takes whole pages from the system.

#include <jemalloc/jemalloc.h>

#include <catch2/catch.hpp>
#include <cstddef>
#include <cstdint>
#include <string>

#include "cache/memory_cache.h"
#include "tests/cache/pictures.h"

namespace likeness::cache {
namespace {

// Bytes of the pages that hold blocks.
double occupied() {
  std::uint64_t epoch = 1;  // Writing it renews the statistics.
  REQUIRE(::mallctl("epoch", nullptr, nullptr, &epoch, sizeof epoch) == 0);
  std::size_t active = 0;
  std::size_t length = sizeof active;
  REQUIRE(::mallctl("stats.active", &active, &length, nullptr, 0) == 0);
  return static_cast<double>(active);
}

}  // namespace

TEST_CASE("stats().bytes is what large pictures occupy in pages", "[memory_cache]") {
  const std::size_t size = GENERATE(values<std::size_t>({14'336, 30'000, 66'000, 98'000, 420'000}));
  CAPTURE(size);
  MemoryCache cache({.capacity_bytes = 256 * kMiB, .max_variants_per_photo = 64});
  const double before = occupied();
  for (int i = 0; i < 500; ++i) {
    const std::string id = "person" + std::to_string(i);
    cache.put_meta(id, shared_meta("v"));
    REQUIRE(cache.put_picture(id, "240", picture_of_size("v", size)));
  }
  const double held = occupied() - before;
  const auto counted = static_cast<double>(cache.stats().bytes);
  CHECK(counted > held * 0.98);
  CHECK(counted < held * 1.1);
}

}  // namespace likeness::cache
