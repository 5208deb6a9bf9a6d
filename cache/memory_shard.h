#ifndef LIKENESS_CACHE_MEMORY_SHARD_H_
#define LIKENESS_CACHE_MEMORY_SHARD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cache/memory_cache.h"

namespace likeness::cache {

// A photo's name with its hash, which serves twice: to choose the shard and within it.
struct PhotoKey {
  std::string_view photo;
  std::size_t hash;
};

struct PhotoKeyHash {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name.
  std::size_t operator()(const PhotoKey& key) const noexcept { return key.hash; }
  std::size_t operator()(const std::string& photo) const noexcept {
    return std::hash<std::string_view>()(photo);
  }
};

struct PhotoKeyEqual {
  using is_transparent = void;  // NOLINT(readability-identifier-naming): the library's name.
  bool operator()(const std::string& a, const std::string& b) const noexcept { return a == b; }
  bool operator()(const PhotoKey& a, const std::string& b) const noexcept { return a.photo == b; }
};

struct PhotoItem;

// A place in the queue: of a photo's meta, or of one of its pictures.
struct QueueItem {
  PhotoItem* photo = nullptr;
  QueueItem* older = nullptr;
  QueueItem* newer = nullptr;
  std::size_t size = 0;
  bool used = false;  // Since the hand last passed.
};

struct PictureItem : QueueItem {
  std::string name;
  PicturePtr picture;
};

// A photo's slot for a picture: the hash of the name spares find() a look at the other pictures,
// each of which would be a cache miss.
struct PictureSlot {
  std::size_t name_hash;
  std::unique_ptr<PictureItem> item;
};
using PictureSlots = std::vector<PictureSlot>;

struct PhotoItem {
  const std::string* key = nullptr;  // The map's own.
  QueueItem item;                    // The meta's.
  MetaPtr meta;
  PictureSlots pictures;
};

using PhotoItems = std::unordered_map<std::string, PhotoItem, PhotoKeyHash, PhotoKeyEqual>;

// A MemoryShard is one shard of a MemoryCache, with its contract: a map of photos and, through all
// metas and pictures in it, one queue from the newest to the oldest with SIEVE's hand. What leaves
// is destroyed after the lock is released, for freeing megabytes takes long.
//
// Thread-safe. On a cache line of its own, so that neighbours' locks do not slow each other.
class alignas(64) MemoryShard {
 public:
  // `capacity` in bytes, not 0.
  MemoryShard(std::size_t capacity, int max_variants)
      : capacity_(capacity), max_variants_(static_cast<std::size_t>(max_variants)) {}

  MemoryCache::Found find(const PhotoKey& key, const MemoryCache::Chooser& chooser);
  void put_meta(const PhotoKey& key, MetaPtr meta);
  bool put_picture(const PhotoKey& key, std::string_view name, PicturePtr picture);
  void drop_picture(const PhotoKey& key, std::string_view name);
  [[nodiscard]] MetaPtr peek(const PhotoKey& key) const;
  [[nodiscard]] MemoryCache::Named pictures(const PhotoKey& key) const;
  void erase(const PhotoKey& key);
  void erase_all(std::string_view photos);
  void clear();
  [[nodiscard]] std::vector<std::string> photos() const;
  void add_to(MemoryStats& total) const;

 private:
  // What left under the lock. Declared before the lock, so destroyed after it.
  struct Removed {
    PictureSlots pictures;
    std::vector<PhotoItems::node_type> photos;
    MetaPtr meta;
  };

  void link(QueueItem& item, PhotoItem& photo, std::size_t size);
  void unlink(QueueItem& item);
  void remove_picture(PictureSlots::iterator slot, Removed& removed);
  void remove_pictures(PhotoItem& photo, Removed& removed);
  void remove_photo(PhotoItems::iterator photo, Removed& removed);
  // Makes room for `size` more bytes. The meta of `kept` stays; its pictures may go.
  // REQUIRES: it fits beside that meta.
  void make_room(std::size_t size, const PhotoItem* kept, Removed& removed);
  // With a photo's last picture its meta goes too, unless it has been used or is that of `kept`.
  void evict(const QueueItem& item, const PhotoItem* kept, Removed& removed);

  const std::size_t capacity_;
  const std::size_t max_variants_;

  mutable std::mutex mutex_;  // Guards all below.
  PhotoItems photos_;
  QueueItem* newest_ = nullptr;
  QueueItem* oldest_ = nullptr;
  QueueItem* hand_ = nullptr;
  std::size_t bytes_ = 0;
  std::size_t pictures_ = 0;
  std::uint64_t hits_ = 0;
  std::uint64_t misses_ = 0;
  std::uint64_t evictions_ = 0;
};

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_MEMORY_SHARD_H_
