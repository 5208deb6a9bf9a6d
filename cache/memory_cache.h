#ifndef LIKENESS_CACHE_MEMORY_CACHE_H_
#define LIKENESS_CACHE_MEMORY_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cache/record.h"
#include "config/settings.h"

namespace likeness::cache {

class MemoryShard;

struct MemoryStats {
  std::size_t bytes = 0;
  std::size_t photos = 0;
  std::size_t pictures = 0;
  std::uint64_t hits = 0;       // find() gave all it was asked for.
  std::uint64_t misses = 0;     // It did not.
  std::uint64_t evictions = 0;  // Pictures and metas that left for want of room.
};

// A MemoryCache keeps photo records in this process: for each photo its meta, and its pictures by
// name. It is split into shards by the photo's key, each with its own lock and share of the
// capacity, so one photo is always in one shard and changes as a whole.
//
// Eviction is SIEVE (Zhang et al., NSDI 2024) over pictures and metas alike: a hit only sets a
// mark, and a hand that moves through the queue evicts what it finds unmarked. A meta leaves only
// after its pictures, and with the last of them if it is unmarked: else the metas of photos that
// nobody asks for again would pile up until the hand comes round. Everything counts: bytes, heads,
// keys, and the overhead of the containers and of malloc; stats().bytes never exceeds the capacity.
// There is one shard per 16 MiB, at most 64, so that pictures of several megabytes fit in a shard
// of any usual capacity.
//
// A picture is only ever found beside a meta of the same version: storing a meta with another
// version drops all pictures of the old one, and a picture that comes too late is refused.
//
// Capacity 0 is allowed and turns it off. Thread-safe; no call blocks longer than its shard's short
// critical section, and find() does not allocate.
class MemoryCache {
 public:
  explicit MemoryCache(const MemorySettings& settings);
  ~MemoryCache();
  MemoryCache(const MemoryCache&) = delete;
  MemoryCache& operator=(const MemoryCache&) = delete;

  struct Found {
    MetaPtr meta;        // Null: the photo is not in memory.
    PicturePtr picture;  // Null: it is, but not this picture of it.
  };

  // Names a picture, given the photo's meta: a variant's name depends on the source's size. Writes
  // into `buffer` (kMaxChosenName bytes) where it needs room; an empty name asks for the meta
  // alone. A plain function with a context, so that the hit path allocates nothing. Runs under the
  // shard's lock: it must be short and not call the cache.
  static constexpr std::size_t kMaxChosenName = 64;
  struct Chooser {
    std::string_view (*choose)(const Meta& meta, const void* context, char* buffer);
    const void* context;
  };

  // Looks a photo up and, by the name that `chooser` gives for its meta, a picture of it.
  [[nodiscard]] Found find(std::string_view photo, const Chooser& chooser);
  // The same for a name that needs no meta; "" for the meta alone.
  [[nodiscard]] Found find(std::string_view photo, std::string_view name);

  // Stores or replaces the meta. Pictures of the same version stay. A meta that alone is larger
  // than a shard is not stored, and the photo forgotten.
  void put_meta(std::string_view photo, MetaPtr meta);

  // Stores a picture, in place of one of the same name; refused (false) if the photo's meta is
  // absent or has another version, if the photo holds max_variants_per_photo already (the master
  // not counted), or if picture and meta together are larger than a shard.
  bool put_picture(std::string_view photo, std::string_view name, PicturePtr picture);

  // Forgets one picture of a photo.
  void drop_picture(std::string_view photo, std::string_view name);

  // What is known of a photo, without a mark in the queue or the statistics.
  [[nodiscard]] MetaPtr peek(std::string_view photo) const;

  // Its pictures by name, likewise.
  using Named = std::vector<std::pair<std::string, PicturePtr>>;
  [[nodiscard]] Named pictures(std::string_view photo) const;

  // Forgets a photo, all photos whose ids begin so, or everything.
  void erase(std::string_view photo);
  void erase_all(std::string_view photos);
  void clear();

  // The ids of all photos, a shard at a time, since copying all of them takes long.
  [[nodiscard]] std::size_t shard_count() const { return shards_.size(); }
  [[nodiscard]] std::vector<std::string> photos(std::size_t shard) const;

  [[nodiscard]] MemoryStats stats() const;

 private:
  [[nodiscard]] MemoryShard* shard_of(std::size_t hash) const;  // Null: it is off.

  std::vector<std::unique_ptr<MemoryShard>> shards_;  // As many as a power of two says, or none.
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_MEMORY_CACHE_H_
