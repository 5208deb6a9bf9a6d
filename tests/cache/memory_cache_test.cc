#include "cache/memory_cache.h"

#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <map>
#include <new>
#include <random>
#include <unordered_set>

#include "tests/cache/pictures.h"

namespace {

// What this binary has allocated by new: how often, and how many bytes it holds, malloc's rounding
// included, and its header where it has one.
std::atomic<std::size_t> allocations = 0;
std::atomic<std::size_t> allocated_bytes = 0;

// How much more than that the cache may count: it counts by jemalloc's classes, whose steps are up
// to a fifth, and other allocators round less.
#ifdef LIKENESS_JEMALLOC
constexpr std::size_t kHeader = 0;
constexpr double kOvercount = 1.15;
#else
constexpr std::size_t kHeader = sizeof(void*);
constexpr double kOvercount = 1.25;
#endif

std::size_t block_size(void* block) { return ::malloc_usable_size(block) + kHeader; }

void* counted(void* block) {
  if (block == nullptr) throw std::bad_alloc();
  ++allocations;
  allocated_bytes += block_size(block);
  return block;
}

void release(void* block) {
  if (block != nullptr) allocated_bytes -= block_size(block);
  std::free(block);
}

}  // namespace

void* operator new(std::size_t size) { return counted(std::malloc(size)); }
// Catch uses this one; a sanitizer's own would not fit our delete.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  return counted(std::malloc(size));
}
void* operator new(std::size_t size, std::align_val_t align) {
  return counted(std::aligned_alloc(static_cast<std::size_t>(align), size));
}
void operator delete(void* block) noexcept { release(block); }
void operator delete(void* block, std::size_t) noexcept { release(block); }
void operator delete(void* block, std::align_val_t) noexcept { release(block); }
void operator delete(void* block, std::size_t, std::align_val_t) noexcept { release(block); }

namespace likeness::cache {
namespace {

MemorySettings holding(std::size_t bytes, int variants = 64) {
  return {.capacity_bytes = bytes, .max_variants_per_photo = variants};
}

// Bytes that one photo with one picture of `size` bytes takes.
std::size_t photo_cost(std::string_view id, std::size_t size) {
  MemoryCache cache(holding(kMiB));
  cache.put_meta(id, shared_meta("v"));
  cache.put_picture(id, "240", picture_of_size("v", size));
  return cache.stats().bytes;
}

bool has(MemoryCache& cache, std::string_view photo, std::string_view name) {
  return cache.find(photo, name).picture != nullptr;
}

}  // namespace

TEST_CASE("a picture is found by photo and name, beside its meta", "[memory_cache]") {
  MemoryCache cache(holding(kMiB));
  const auto meta = shared_meta("v1");
  const auto stored = picture("v1", "bytes");
  cache.put_meta("ann", meta);
  REQUIRE(cache.put_picture("ann", "240x240", stored));

  CHECK(cache.find("ann", "240x240").meta == meta);
  CHECK(cache.find("ann", "240x240").picture == stored);
  CHECK(cache.find("ann", "48x48").meta == meta);
  CHECK(cache.find("ann", "48x48").picture == nullptr);
  CHECK(cache.find("ann", "").meta == meta);
  CHECK(cache.find("ann", "").picture == nullptr);
  CHECK(cache.find("bob", "240x240").meta == nullptr);
  const MemoryStats stats = cache.stats();
  CHECK(stats.photos == 1);
  CHECK(stats.pictures == 1);
  CHECK(stats.hits == 4);
  CHECK(stats.misses == 3);
}

TEST_CASE("a chooser names the picture from the photo's meta", "[memory_cache]") {
  MemoryCache cache(holding(kMiB));
  cache.put_meta("ann", shared_meta("v1"));
  cache.put_picture("ann", "648-webp", picture("v1", "bytes"));
  const std::string_view format = "webp";
  const MemoryCache::Chooser chooser = {
      [](const Meta& meta, const void* context, char* buffer) {
        const auto size = std::snprintf(buffer, MemoryCache::kMaxChosenName, "%d-%s", meta.width,
                                        static_cast<const std::string_view*>(context)->data());
        return std::string_view(buffer, static_cast<std::size_t>(size));
      },
      &format};
  CHECK(cache.find("ann", chooser).picture != nullptr);
  CHECK(cache.find("bob", chooser).meta == nullptr);
}

TEST_CASE("a find allocates nothing", "[memory_cache]") {
  MemoryCache cache(holding(kMiB));
  const std::string photo = "somebody.with.a.long.address@example.com";
  const std::string name = "240x240-crop-attention-q80.jpeg";
  cache.put_meta(photo, shared_meta("v1"));
  cache.put_picture(photo, name, picture("v1", "bytes"));
  const std::size_t before = allocations;
  const auto hit = cache.find(photo, name);
  const auto other_name = cache.find(photo, "48x48-crop-attention-q80.jpeg");
  const auto other_photo = cache.find("somebody.else.with.a.long.address@example.com", name);
  const std::size_t after = allocations;
  CHECK(after == before);
  CHECK(hit.picture != nullptr);
  CHECK(other_name.picture == nullptr);
  CHECK(other_photo.meta == nullptr);
}

TEST_CASE("a meta of another version drops the pictures, one of the same keeps them",
          "[memory_cache]") {
  MemoryCache cache(holding(kMiB));
  cache.put_meta("ann", shared_meta("v1"));
  cache.put_picture("ann", "240", picture("v1", "bytes"));
  const auto refreshed = shared_meta("v1");
  cache.put_meta("ann", refreshed);
  CHECK(cache.find("ann", "240").meta == refreshed);
  CHECK(has(cache, "ann", "240"));
  cache.put_meta("ann", shared_meta("v2"));
  CHECK_FALSE(has(cache, "ann", "240"));
  CHECK(cache.stats().pictures == 0);
}

TEST_CASE("a picture that comes too late is refused", "[memory_cache]") {
  MemoryCache cache(holding(kMiB));
  CHECK_FALSE(cache.put_picture("ann", "240", picture("v1", "bytes")));
  cache.put_meta("ann", shared_meta("v2"));
  CHECK_FALSE(cache.put_picture("ann", "240", picture("v1", "bytes")));
  cache.erase("ann");
  CHECK_FALSE(cache.put_picture("ann", "240", picture("v2", "bytes")));
  CHECK(cache.stats().bytes == 0);
}

TEST_CASE("a photo holds so many variants and the master beside them", "[memory_cache]") {
  MemoryCache cache(holding(kMiB, 2));
  cache.put_meta("ann", shared_meta("v1"));
  CHECK(cache.put_picture("ann", "1", picture("v1", "one")));
  CHECK(cache.put_picture("ann", "2", picture("v1", "two")));
  CHECK_FALSE(cache.put_picture("ann", "3", picture("v1", "three")));
  CHECK(cache.put_picture("ann", kMasterName, picture("v1", "master")));
  CHECK(cache.put_picture("ann", "2", picture("v1", "other two")));
  CHECK(*cache.find("ann", "2").picture->bytes == "other two");
  CHECK(cache.stats().pictures == 3);
  cache.drop_picture("ann", kMasterName);
  cache.drop_picture("ann", "none");
  cache.drop_picture("bob", "1");
  CHECK(cache.find("ann", kMasterName).picture == nullptr);
  CHECK(cache.stats().pictures == 2);
}

TEST_CASE("erasing forgets one photo, clearing all", "[memory_cache]") {
  MemoryCache cache(holding(64 * kMiB));
  for (const char* id : {"ann", "bob", "cid"}) {
    cache.put_meta(id, shared_meta("v"));
    cache.put_picture(id, "240", picture("v", "bytes"));
  }
  const auto held = cache.find("ann", "240").picture;
  cache.erase("ann");
  cache.erase("nobody");
  CHECK(cache.find("ann", "").meta == nullptr);
  CHECK(*held->bytes == "bytes");
  CHECK(has(cache, "bob", "240"));
  cache.clear();
  CHECK(cache.stats().bytes == 0);
  CHECK(cache.stats().photos == 0);
  CHECK(cache.stats().pictures == 0);
  CHECK(cache.find("bob", "240").meta == nullptr);
}

TEST_CASE("a capacity of 0 turns the cache off", "[memory_cache]") {
  MemoryCache cache(holding(0));
  cache.put_meta("ann", shared_meta("v"));
  CHECK_FALSE(cache.put_picture("ann", "240", picture("v", "bytes")));
  CHECK(cache.find("ann", "240").meta == nullptr);
  cache.erase("ann");
  cache.clear();
  CHECK(cache.stats().bytes == 0);
}

TEST_CASE("a small capacity still takes one large picture, and never more than it",
          "[memory_cache]") {
  MemoryCache cache(holding(4 * kMiB));
  cache.put_meta("ann", shared_meta("v"));
  CHECK(cache.put_picture("ann", "large", picture_of_size("v", 7 * kMiB / 2 - kKiB)));
  CHECK_FALSE(cache.put_picture("ann", "larger", picture_of_size("v", 4 * kMiB)));
  CHECK(has(cache, "ann", "large"));
  CHECK(cache.stats().bytes <= 4 * kMiB);
  Meta huge = photo_meta("v");
  huge.origin_etag = std::string(4 * kMiB, 'e');
  cache.put_meta("ann", std::make_shared<const Meta>(std::move(huge)));
  CHECK(cache.find("ann", "").meta == nullptr);
}

TEST_CASE("what was used since the hand passed stays, what was not goes", "[memory_cache]") {
  const std::size_t one = photo_cost("a", 10'000);
  MemoryCache cache(holding(3 * one));
  for (const char* id : {"a", "b", "c"}) {
    cache.put_meta(id, shared_meta("v"));
    REQUIRE(cache.put_picture(id, "240", picture_of_size("v", 10'000)));
  }
  CHECK(has(cache, "a", "240"));
  cache.put_meta("d", shared_meta("v"));
  REQUIRE(cache.put_picture("d", "240", picture_of_size("v", 10'000)));
  CHECK(has(cache, "a", "240"));
  CHECK_FALSE(has(cache, "b", "240"));
  CHECK(has(cache, "d", "240"));
  CHECK(cache.stats().evictions >= 1);
}

TEST_CASE("a meta leaves only after its pictures", "[memory_cache]") {
  const std::size_t capacity = 400 * kKiB;
  MemoryCache cache(holding(capacity));
  std::mt19937 random(1);
  for (int i = 0; i < 5'000; ++i) {
    const std::string id = std::to_string(random() % 60);
    cache.put_meta(id, shared_meta("v"));
    cache.put_picture(id, std::to_string(random() % 5), picture_of_size("v", random() % 30'000));
    // A photo's pictures are only reachable through its meta: if one had outlived it, the counts
    // of what can be found would be lower than those of what is held.
    if (i % 500 != 0) continue;
    std::size_t photos = 0;
    std::size_t pictures = 0;
    for (int photo = 0; photo < 60; ++photo) {
      photos += cache.find(std::to_string(photo), "").meta != nullptr ? 1 : 0;
      for (int name = 0; name < 5; ++name) {
        pictures += has(cache, std::to_string(photo), std::to_string(name)) ? 1 : 0;
      }
    }
    CHECK(photos == cache.stats().photos);
    CHECK(pictures == cache.stats().pictures);
  }
  CHECK(cache.stats().evictions > 1'000);
}

TEST_CASE("photos that nobody asks for again leave whole", "[memory_cache]") {
  const std::size_t one = photo_cost("p1000", 5'000);
  MemoryCache cache(holding(100 * one));
  const auto put = [&](int number) {
    const std::string id = "p" + std::to_string(number);
    cache.put_meta(id, shared_meta("v"));
    REQUIRE(cache.put_picture(id, "240", picture_of_size("v", 5'000)));
  };
  put(1'000);
  for (int i = 1'001; i < 2'000; ++i) {
    CHECK(cache.find("p1000", "").meta != nullptr);
    put(i);
  }
  // The one whose meta is used stays, and of the others only those that have their pictures.
  CHECK(cache.stats().pictures >= 98);
  CHECK(cache.stats().photos <= cache.stats().pictures + 2);
}

TEST_CASE("stats().bytes is what the cache really holds", "[memory_cache]") {
  const auto [photos, pictures, size] = GENERATE(table<int, int, std::size_t>({{2'000, 1, 10'000},
                                                                               {2'000, 8, 2'000},
                                                                               {2'000, 8, 2'600},
                                                                               {5'000, 0, 0},
                                                                               {3, 1, 1'000'000}}));
  CAPTURE(photos, pictures, size);
  auto cache = std::make_unique<MemoryCache>(holding(256 * kMiB));
  const std::size_t before = allocated_bytes;
  for (int i = 0; i < photos; ++i) {
    const std::string id = "person" + std::to_string(i) + "@example.com";
    const std::string version = "0123456789abcdef0123456789abcdef";
    cache->put_meta(id, shared_meta(version));
    for (int p = 0; p < pictures; ++p) {
      cache->put_picture(id, "240x240-crop-q8" + std::to_string(p), picture_of_size(version, size));
    }
  }
  const auto held = static_cast<double>(allocated_bytes - before);
  const auto counted = static_cast<double>(cache->stats().bytes);
  CHECK(counted > held * 0.95);
  CHECK(counted < held * kOvercount);
}

namespace {

// What a photo in the model is allowed to hold: versions only, for the cache may forget anything.
struct Model {
  std::map<std::string, std::string> versions;
  std::map<std::pair<std::string, std::string>, std::string> bytes;
};

void check_against(MemoryCache& cache, const Model& model, const std::string& id,
                   const std::string& name) {
  const auto found = cache.find(id, name);
  const auto version = model.versions.find(id);
  if (found.meta) {
    REQUIRE(version != model.versions.end());
    REQUIRE(found.meta->version == version->second);
  }
  if (found.picture) {
    REQUIRE(found.picture->version == found.meta->version);
    REQUIRE(*found.picture->bytes == model.bytes.at({id, name}));
  }
}

}  // namespace

TEST_CASE("the cache never holds more than it may nor anything that a simple model does not",
          "[memory_cache]") {
  const std::size_t capacity = GENERATE(std::size_t{0}, std::size_t{30'000}, std::size_t{300'000});
  MemoryCache cache(holding(capacity, 4));
  Model model;
  std::mt19937 random(7);
  for (int i = 0; i < 40'000; ++i) {
    const std::string id = "photo" + std::to_string(random() % 40);
    const std::string name = std::to_string(random() % 6);
    const std::string version = "v" + std::to_string(random() % 3);
    switch (random() % 16) {
      case 0:
        cache.erase(id);
        model.versions.erase(id);
        break;
      case 1:
      case 2:
      case 3:
        cache.put_meta(id, shared_meta(version));
        model.versions[id] = version;
        break;
      case 4:
      case 5:
      case 6:
      case 7: {
        const std::string bytes = version + std::string(random() % 12'000, 'x');
        if (!cache.put_picture(id, name, picture(version, bytes))) break;
        REQUIRE(model.versions.at(id) == version);
        model.bytes[{id, name}] = bytes;
        break;
      }
      case 8:
        if (random() % 500 == 0) {
          cache.clear();
          model.versions.clear();
        }
        break;
      default: check_against(cache, model, id, name);
    }
    const MemoryStats stats = cache.stats();
    REQUIRE(stats.bytes <= capacity);
    REQUIRE((stats.bytes == 0) == (stats.photos == 0));
    REQUIRE(stats.pictures <= 4 * stats.photos);
  }
}

namespace {

// People look at popular contacts again and again, and now and then somebody scrolls through a list
// of people whom nobody asks for a second time.
std::vector<std::string> zipf_with_scans(int requests) {
  constexpr int kPeople = 5'000;
  std::vector<double> weights;
  for (int i = 1; i <= kPeople; ++i) weights.push_back(1.0 / std::pow(i, 0.9));
  std::discrete_distribution<int> popular(weights.begin(), weights.end());
  std::mt19937 random(11);
  std::vector<std::string> trace;
  int scanned = 0;
  while (static_cast<int>(trace.size()) < requests) {
    trace.push_back("p" + std::to_string(popular(random)));
    if (random() % 400 != 0) continue;
    for (int i = 0; i < 200; ++i) trace.push_back("scan" + std::to_string(scanned++));
  }
  return trace;
}

int fifo_hits(const std::vector<std::string>& trace, std::size_t photos) {
  std::deque<std::string> queue;
  std::unordered_set<std::string> held;
  int hits = 0;
  for (const std::string& id : trace) {
    if (!held.insert(id).second) {
      ++hits;
      continue;
    }
    queue.push_back(id);
    if (queue.size() <= photos) continue;
    held.erase(queue.front());
    queue.pop_front();
  }
  return hits;
}

}  // namespace

TEST_CASE("on popular photos with scans between, SIEVE hits more often than FIFO",
          "[memory_cache]") {
  constexpr std::size_t kPhotos = 500;
  constexpr std::size_t kSize = 5'000;
  const auto trace = zipf_with_scans(100'000);
  MemoryCache cache(holding(kPhotos * photo_cost("p1000", kSize)));
  int hits = 0;
  for (const std::string& id : trace) {
    if (has(cache, id, "240")) {
      ++hits;
      continue;
    }
    cache.put_meta(id, shared_meta("v"));
    cache.put_picture(id, "240", picture_of_size("v", kSize));
  }
  const int fifo = fifo_hits(trace, kPhotos);
  CAPTURE(hits, fifo, trace.size());
  CHECK(hits > fifo * 12 / 10);
}

}  // namespace likeness::cache
