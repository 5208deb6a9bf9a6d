#include "cache/memory_cache.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "cache/memory_shard.h"

namespace likeness::cache {
namespace {

// A shard takes any picture up to its capacity, so shards are few where memory is small; past 64
// more of them relieve no lock of any machine that we know.
constexpr std::size_t kMinShardBytes = 16 * kMiB;
constexpr std::size_t kMaxShards = 64;

PhotoKey key_of(std::string_view photo) { return {photo, std::hash<std::string_view>()(photo)}; }

}  // namespace

MemoryCache::MemoryCache(const MemorySettings& settings) {
  if (settings.capacity_bytes == 0) return;
  const std::size_t count = std::clamp<std::size_t>(
      std::bit_floor(settings.capacity_bytes / kMinShardBytes), 1, kMaxShards);
  for (std::size_t i = 0; i < count; ++i) {
    shards_.push_back(std::make_unique<MemoryShard>(settings.capacity_bytes / count,
                                                    settings.max_variants_per_photo));
  }
}

MemoryCache::~MemoryCache() = default;

MemoryShard* MemoryCache::shard_of(std::size_t hash) const {
  if (shards_.empty()) return nullptr;
  // The high bits: the low ones choose the bucket within the shard.
  return shards_[(hash >> 48) & (shards_.size() - 1)].get();
}

MemoryCache::Found MemoryCache::find(std::string_view photo, const Chooser& chooser) {
  const PhotoKey key = key_of(photo);
  MemoryShard* shard = shard_of(key.hash);
  return shard != nullptr ? shard->find(key, chooser) : Found();
}

MemoryCache::Found MemoryCache::find(std::string_view photo, std::string_view name) {
  const auto choose = [](const Meta&, const void* context, char*) {
    return *static_cast<const std::string_view*>(context);
  };
  return find(photo, {choose, &name});
}

void MemoryCache::put_meta(std::string_view photo, MetaPtr meta) {
  const PhotoKey key = key_of(photo);
  if (MemoryShard* shard = shard_of(key.hash)) shard->put_meta(key, std::move(meta));
}

bool MemoryCache::put_picture(std::string_view photo, std::string_view name, PicturePtr picture) {
  const PhotoKey key = key_of(photo);
  MemoryShard* shard = shard_of(key.hash);
  return shard != nullptr && shard->put_picture(key, name, std::move(picture));
}

void MemoryCache::drop_picture(std::string_view photo, std::string_view name) {
  const PhotoKey key = key_of(photo);
  if (MemoryShard* shard = shard_of(key.hash)) shard->drop_picture(key, name);
}

void MemoryCache::erase(std::string_view photo) {
  const PhotoKey key = key_of(photo);
  if (MemoryShard* shard = shard_of(key.hash)) shard->erase(key);
}

MetaPtr MemoryCache::peek(std::string_view photo) const {
  const PhotoKey key = key_of(photo);
  const MemoryShard* shard = shard_of(key.hash);
  return shard != nullptr ? shard->peek(key) : nullptr;
}

MemoryCache::Named MemoryCache::pictures(std::string_view photo) const {
  const PhotoKey key = key_of(photo);
  const MemoryShard* shard = shard_of(key.hash);
  return shard != nullptr ? shard->pictures(key) : Named();
}

void MemoryCache::erase_all(std::string_view photos) {
  for (const auto& shard : shards_) shard->erase_all(photos);
}

void MemoryCache::clear() {
  for (const auto& shard : shards_) shard->clear();
}

std::vector<std::string> MemoryCache::photos(std::size_t shard) const {
  return shards_[shard]->photos();
}

MemoryStats MemoryCache::stats() const {
  MemoryStats total;
  for (const auto& shard : shards_) shard->add_to(total);
  return total;
}

}  // namespace likeness::cache
