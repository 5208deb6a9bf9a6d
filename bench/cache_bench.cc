#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <vector>

#include "cache/memory_cache.h"

// What the memory cache costs per look-up, put and miss: `cache_bench --benchmark_min_time=1`.
namespace likeness::cache {
namespace {

constexpr int kPhotos = 10'000;
constexpr std::string_view kName = "240x240-crop-q80.jpeg";

std::vector<std::string> make_ids(std::string_view domain) {
  std::vector<std::string> ids;
  for (int i = 0; i < kPhotos; ++i)
    ids.push_back("person" + std::to_string(i) + std::string(domain));
  return ids;
}

MetaPtr make_meta() {
  Meta meta;
  meta.status = Meta::Status::photo;
  meta.version = "0123456789abcdef0123456789abcdef";
  meta.width = meta.height = 648;
  return std::make_shared<const Meta>(std::move(meta));
}

PicturePtr make_picture() {
  return std::make_shared<const Picture>(Picture{.bytes = share(std::string(8 * kKiB, 'p')),
                                                 .content_type = "image/jpeg",
                                                 .width = 240,
                                                 .height = 240,
                                                 .etag = "\"0123456789abcdef\"",
                                                 .version = "0123456789abcdef0123456789abcdef",
                                                 .head = std::string(300, 'h')});
}

// 10,000 photos of four variants: what a busy process holds.
struct Filled {
  Filled() {
    for (const std::string& id : ids) {
      cache.put_meta(id, make_meta());
      for (const char* name :
           {"48x48-crop-q80.jpeg", "64x64-crop-q80.jpeg", "96x96-crop-q80.jpeg"}) {
        cache.put_picture(id, name, make_picture());
      }
      cache.put_picture(id, kName, make_picture());
    }
  }
  const std::vector<std::string> ids = make_ids("@example.com");
  MemoryCache cache{{.capacity_bytes = 1024 * kMiB, .max_variants_per_photo = 64}};
};

Filled& filled() {
  static Filled it;
  return it;
}

// Ids in an order that no prefetcher guesses.
std::vector<std::uint32_t> shuffled(unsigned seed) {
  std::mt19937 random(seed);
  std::vector<std::uint32_t> order(4'096);
  for (auto& index : order) index = static_cast<std::uint32_t>(random() % kPhotos);
  return order;
}

void find_hit(benchmark::State& state) {
  Filled& all = filled();
  const auto order = shuffled(static_cast<unsigned>(state.thread_index()) + 1);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.cache.find(all.ids[order[i++ % order.size()]], kName));
  }
}
BENCHMARK(find_hit)->Threads(1)->Threads(2)->UseRealTime();

// All threads ask for one photo: the worst for its shard's lock and the entry's counters.
void find_hit_of_one_photo(benchmark::State& state) {
  Filled& all = filled();
  for (auto _ : state) benchmark::DoNotOptimize(all.cache.find(all.ids[7], kName));
}
BENCHMARK(find_hit_of_one_photo)->Threads(1)->Threads(2)->UseRealTime();

void find_miss(benchmark::State& state) {
  Filled& all = filled();
  static const auto others = make_ids("@example.org");
  const auto order = shuffled(static_cast<unsigned>(state.thread_index()) + 1);
  std::size_t i = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.cache.find(others[order[i++ % order.size()]], kName));
  }
}
BENCHMARK(find_miss)->Threads(1)->Threads(2)->UseRealTime();

// Storing into a full cache: each put evicts.
void put_and_evict(benchmark::State& state) {
  MemoryCache cache({.capacity_bytes = 16 * kMiB, .max_variants_per_photo = 64});
  const auto ids = make_ids("@example.com");
  const auto meta = make_meta();
  const auto picture = make_picture();
  std::size_t i = 0;
  for (auto _ : state) {
    const std::string& id = ids[i++ % ids.size()];
    cache.put_meta(id, meta);
    benchmark::DoNotOptimize(cache.put_picture(id, kName, picture));
  }
}
BENCHMARK(put_and_evict);

}  // namespace
}  // namespace likeness::cache
