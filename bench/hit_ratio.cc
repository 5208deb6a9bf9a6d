// How often caches of some capacities hit on one trace: the memory cache, least recently used, and
// Belady's policy, which knows the future.
//
//   hit_ratio SEED
//
// The trace: photos by popularity (zipf, exponent 1), each in one size, and in between scans,
// photos that are asked for once, one after the other, as a crawler or an export does. All three
// pay for a photo what the memory cache counts for it. Prints for each capacity, in percent: its
// share of the bytes of all photos in the trace, and of the requests what the memory cache, LRU and
// Belady answer.

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <limits>
#include <list>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/memory_cache.h"

namespace {

using namespace likeness;
using namespace likeness::cache;

constexpr std::size_t kPopular = 100'000;  // Photos.
constexpr std::size_t kRequests = 500'000;
constexpr std::size_t kBetweenScans = 4'000;
constexpr std::size_t kScan = 1'000;
// The median bytes of photographs of 648x648 in 48, 96, 120 and 240 pixels, and how their
// logarithms vary.
constexpr std::array kMedianBytes{1'400.0, 3'000.0, 4'000.0, 11'000.0};
constexpr double kSpread = 0.22;
constexpr double kStep = 64;  // To which bytes are rounded, so that pictures can be shared.
constexpr std::array kShares{0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5};
constexpr std::string_view kName = "240x240-crop-q80.jpeg";

MetaPtr make_meta() {
  Meta meta;
  meta.status = Meta::Status::photo;
  meta.version = "0123456789abcdef0123456789abcdef";
  return std::make_shared<const Meta>(std::move(meta));
}

PicturePtr picture_of(std::size_t bytes) {
  return std::make_shared<const Picture>(Picture{.bytes = share(std::string(bytes, 'p')),
                                                 .content_type = "image/jpeg",
                                                 .etag = "\"0123456789abcdef\"",
                                                 .version = "0123456789abcdef0123456789abcdef",
                                                 .head = std::string(300, 'h')});
}

struct Photo {
  std::string id;
  PicturePtr picture;
  std::size_t cost = 0;  // What the memory cache counts for it.
};

void put(MemoryCache& cache, const Photo& photo, const MetaPtr& meta) {
  cache.put_meta(photo.id, meta);
  cache.put_picture(photo.id, kName, photo.picture);
}

// Photos of realistic sizes. Those of equal size share their picture.
class Photos {
 public:
  explicit Photos(std::mt19937_64& random) : random_(random) {}

  Photo make(std::size_t number) {
    std::normal_distribution<double> normal(0, kSpread);
    const double bytes = kMedianBytes[random_() % kMedianBytes.size()] * std::exp(normal(random_));
    Photo photo{.id = "person" + std::to_string(number), .picture = nullptr};
    const auto size = static_cast<std::size_t>(std::ceil(bytes / kStep) * kStep);
    const auto [found, first] = by_size_.try_emplace(size);
    auto& [picture, cost] = found->second;
    if (first) picture = picture_of(size);
    photo.picture = picture;
    if (first) {
      MemoryCache alone({.capacity_bytes = kMiB, .max_variants_per_photo = 1});
      put(alone, photo, meta_);
      cost = alone.stats().bytes;
    }
    photo.cost = cost;
    return photo;
  }

 private:
  std::mt19937_64& random_;
  MetaPtr meta_ = make_meta();
  std::map<std::size_t, std::pair<PicturePtr, std::size_t>> by_size_;
};

struct Trace {
  std::vector<Photo> photos;
  std::vector<std::uint32_t> requests;  // Indices into them.
};

Trace make_trace(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Photos photos(random);
  Trace trace;
  std::vector<double> sums(kPopular);
  for (std::size_t rank = 0; rank < kPopular; ++rank) {
    sums[rank] = (rank > 0 ? sums[rank - 1] : 0) + 1 / static_cast<double>(rank + 1);
    trace.photos.push_back(photos.make(rank));
  }
  std::uniform_real_distribution<double> uniform(0, sums.back());
  while (trace.requests.size() < kRequests) {
    for (std::size_t i = 0; i < kBetweenScans; ++i) {
      const auto found = std::ranges::lower_bound(sums, uniform(random));
      trace.requests.push_back(static_cast<std::uint32_t>(found - sums.begin()));
    }
    for (std::size_t i = 0; i < kScan; ++i) {
      trace.requests.push_back(static_cast<std::uint32_t>(trace.photos.size()));
      trace.photos.push_back(photos.make(trace.photos.size()));
    }
  }
  return trace;
}

std::size_t bytes_of_all(const Trace& trace) {
  const std::set<std::uint32_t> asked(trace.requests.begin(), trace.requests.end());
  return std::accumulate(
      asked.begin(), asked.end(), std::size_t{0},
      [&](std::size_t sum, std::uint32_t number) { return sum + trace.photos[number].cost; });
}

// Each of these gives the hits on the whole trace by a cache that is empty at first.

std::size_t hits_of_memory_cache(const Trace& trace, std::size_t capacity) {
  MemoryCache cache({.capacity_bytes = capacity, .max_variants_per_photo = 64});
  const MetaPtr meta = make_meta();
  std::size_t hits = 0;
  for (const std::uint32_t number : trace.requests) {
    const Photo& photo = trace.photos[number];
    if (cache.find(photo.id, kName).picture) {
      ++hits;
    } else {
      put(cache, photo, meta);
    }
  }
  return hits;
}

std::size_t hits_of_lru(const Trace& trace, std::size_t capacity) {
  std::list<std::uint32_t> newest_first;
  std::vector<std::optional<std::list<std::uint32_t>::iterator>> held(trace.photos.size());
  std::size_t bytes = 0;
  std::size_t hits = 0;
  for (const std::uint32_t number : trace.requests) {
    if (held[number]) {
      ++hits;
      newest_first.splice(newest_first.begin(), newest_first, *held[number]);
      continue;
    }
    newest_first.push_front(number);
    held[number] = newest_first.begin();
    bytes += trace.photos[number].cost;
    while (bytes > capacity) {
      bytes -= trace.photos[newest_first.back()].cost;
      held[newest_first.back()].reset();
      newest_first.pop_back();
    }
  }
  return hits;
}

constexpr std::size_t kNever = std::numeric_limits<std::size_t>::max();

// When the photo of each request is asked for again.
std::vector<std::size_t> next_uses(const Trace& trace) {
  std::vector<std::size_t> next(trace.requests.size());
  std::vector<std::size_t> seen(trace.photos.size(), kNever);
  for (std::size_t i = next.size(); i-- > 0;) {
    next[i] = std::exchange(seen[trace.requests[i]], i);
  }
  return next;
}

// Whatever is asked for again the latest leaves, or does not enter. That is the optimum for photos
// of one size; for several the optimum is NP-hard, and this the usual stand-in.
std::size_t hits_of_belady(const Trace& trace, std::size_t capacity) {
  const auto next = next_uses(trace);
  std::set<std::pair<std::size_t, std::uint32_t>> held;  // By when they are asked for again.
  std::size_t bytes = 0;
  std::size_t hits = 0;
  for (std::size_t i = 0; i < next.size(); ++i) {
    const std::uint32_t number = trace.requests[i];
    if (held.erase({i, number}) > 0) {
      ++hits;
      bytes -= trace.photos[number].cost;
    }
    if (next[i] == kNever) continue;
    held.emplace(next[i], number);
    bytes += trace.photos[number].cost;
    while (bytes > capacity) {
      const auto latest = std::prev(held.end());
      bytes -= trace.photos[latest->second].cost;
      held.erase(latest);
    }
  }
  return hits;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: hit_ratio SEED\n");
    return 2;
  }
  const Trace trace = make_trace(std::strtoull(arguments[1], nullptr, 10));
  const auto all = static_cast<double>(bytes_of_all(trace));
  const double percent = 100 / static_cast<double>(trace.requests.size());
  for (const double share : kShares) {
    const auto capacity = static_cast<std::size_t>(share * all);
    std::printf("%g %.3f %.3f %.3f\n", share * 100,
                percent * static_cast<double>(hits_of_memory_cache(trace, capacity)),
                percent * static_cast<double>(hits_of_lru(trace, capacity)),
                percent * static_cast<double>(hits_of_belady(trace, capacity)));
  }
}
