#include "cache/memory_shard.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <utility>

namespace likeness::cache {
namespace {

// What a block of that size takes: jemalloc has a class for every 16 bytes at first, and then four
// to each doubling. Past 14 KiB a block has a page more, within which it begins somewhere, so that
// large blocks do not compete for the same lines of the processor's caches. Other allocators take
// less of large blocks.
constexpr std::size_t block(std::size_t size) {
  constexpr std::size_t kMostWithoutPage = 14 * kKiB;
  constexpr std::size_t kPage = 4 * kKiB;
  const std::size_t step = std::max<std::size_t>(16, std::bit_ceil(size) / 8);
  const std::size_t rounded = (size + step - 1) / step * step;
  return rounded > kMostWithoutPage ? rounded + kPage : rounded;
}
// A value in one block with shared_ptr's counters.
template <class T>
constexpr std::size_t kShared = block(2 * sizeof(void*) + sizeof(T));
// The map's node: its value, the cached hash and the chain's pointer; and up to two bucket pointers
// while the table is half full.
constexpr std::size_t kPhotoNode =
    block(sizeof(PhotoItems::value_type) + 2 * sizeof(void*)) + 2 * sizeof(void*);
// With its slot in PhotoItem::pictures, which doubles as it grows.
constexpr std::size_t kPictureNode = block(sizeof(PictureItem)) + 2 * sizeof(PictureSlot);

std::size_t heap_size(const std::string& text) {
  const std::size_t in_place = std::string().capacity();
  return text.capacity() > in_place ? block(text.capacity() + 1) : 0;
}

std::size_t size_of(const Meta& meta) {
  return kShared<Meta> + heap_size(meta.version) + heap_size(meta.content_type) +
         heap_size(meta.thumbhash) + heap_size(meta.colour) + heap_size(meta.preview) +
         heap_size(meta.origin_etag) + heap_size(meta.origin_last_modified);
}

std::size_t size_of(const Picture& picture) {
  return kShared<Picture> + kShared<std::string> + heap_size(*picture.bytes) +
         heap_size(picture.content_type) + heap_size(picture.etag) + heap_size(picture.version) +
         heap_size(picture.head);
}

std::size_t hash_of(std::string_view name) { return std::hash<std::string_view>()(name); }

PictureSlots::iterator find_picture(PictureSlots& slots, std::string_view name) {
  return std::ranges::find_if(slots, [name, hash = hash_of(name)](const PictureSlot& slot) {
    return slot.name_hash == hash && slot.item->name == name;
  });
}

}  // namespace

MemoryCache::Found MemoryShard::find(const PhotoKey& key, const MemoryCache::Chooser& chooser) {
  char buffer[MemoryCache::kMaxChosenName];
  const std::lock_guard lock(mutex_);
  const auto found = photos_.find(key);
  if (found == photos_.end()) {
    ++misses_;
    return {};
  }
  PhotoItem& photo = found->second;
  photo.item.used = true;
  const std::string_view name = chooser.choose(*photo.meta, chooser.context, buffer);
  if (name.empty()) {
    ++hits_;
    return {photo.meta, nullptr};
  }
  const auto slot = find_picture(photo.pictures, name);
  if (slot == photo.pictures.end()) {
    ++misses_;
    return {photo.meta, nullptr};
  }
  slot->item->used = true;
  ++hits_;
  return {photo.meta, slot->item->picture};
}

void MemoryShard::put_meta(const PhotoKey& key, MetaPtr meta) {
  const std::size_t size = size_of(*meta) + kPhotoNode + heap_size(std::string(key.photo));
  Removed removed;
  const std::lock_guard lock(mutex_);
  auto found = photos_.find(key);
  if (size > capacity_) {
    if (found != photos_.end()) remove_photo(found, removed);
    return;
  }
  if (found == photos_.end()) {
    make_room(size, nullptr, removed);
    found = photos_.emplace(key.photo, PhotoItem()).first;
    found->second.key = &found->first;
    found->second.meta = std::move(meta);
    link(found->second.item, found->second, size);
    return;
  }
  PhotoItem& photo = found->second;
  if (photo.meta->version != meta->version) remove_pictures(photo, removed);
  bytes_ -= std::exchange(photo.item.size, 0);
  make_room(size, &photo, removed);
  bytes_ += photo.item.size = size;
  removed.meta = std::exchange(photo.meta, std::move(meta));
}

bool MemoryShard::put_picture(const PhotoKey& key, std::string_view name, PicturePtr picture) {
  auto item = std::make_unique<PictureItem>();
  item->name = name;
  item->picture = std::move(picture);
  const std::size_t size = size_of(*item->picture) + kPictureNode + heap_size(item->name);
  Removed removed;
  const std::lock_guard lock(mutex_);
  const auto found = photos_.find(key);
  if (found == photos_.end()) return false;
  PhotoItem& photo = found->second;
  if (photo.meta->version != item->picture->version || photo.item.size + size > capacity_) {
    return false;
  }
  const auto same = find_picture(photo.pictures, name);
  if (same != photo.pictures.end()) {
    remove_picture(same, removed);
  } else if (is_variant(name)) {
    const auto counts = [](const PictureSlot& slot) { return is_variant(slot.item->name); };
    const auto variants = std::ranges::count_if(photo.pictures, counts);
    if (static_cast<std::size_t>(variants) >= max_variants_) return false;
  }
  make_room(size, &photo, removed);
  link(*item, photo, size);
  photo.pictures.push_back({hash_of(name), std::move(item)});
  ++pictures_;
  return true;
}

void MemoryShard::drop_picture(const PhotoKey& key, std::string_view name) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  const auto found = photos_.find(key);
  if (found == photos_.end()) return;
  PictureSlots& pictures = found->second.pictures;
  if (const auto slot = find_picture(pictures, name); slot != pictures.end())
    remove_picture(slot, removed);
}

void MemoryShard::erase(const PhotoKey& key) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  if (const auto found = photos_.find(key); found != photos_.end()) remove_photo(found, removed);
}

MetaPtr MemoryShard::peek(const PhotoKey& key) const {
  const std::lock_guard lock(mutex_);
  const auto found = photos_.find(key);
  return found != photos_.end() ? found->second.meta : nullptr;
}

MemoryCache::Named MemoryShard::pictures(const PhotoKey& key) const {
  MemoryCache::Named named;
  const std::lock_guard lock(mutex_);
  const auto found = photos_.find(key);
  if (found == photos_.end()) return named;
  for (const PictureSlot& slot : found->second.pictures)
    named.emplace_back(slot.item->name, slot.item->picture);
  return named;
}

void MemoryShard::erase_all(std::string_view photos) {
  Removed removed;
  const std::lock_guard lock(mutex_);
  for (auto photo = photos_.begin(); photo != photos_.end();) {
    const auto next = std::next(photo);
    if (photo->first.starts_with(photos)) remove_photo(photo, removed);
    photo = next;
  }
}

std::vector<std::string> MemoryShard::photos() const {
  std::vector<std::string> ids;
  const std::lock_guard lock(mutex_);
  ids.reserve(photos_.size());
  for (const auto& [id, photo] : photos_) ids.push_back(id);
  return ids;
}

void MemoryShard::clear() {
  PhotoItems all;
  const std::lock_guard lock(mutex_);
  all.swap(photos_);
  newest_ = oldest_ = hand_ = nullptr;
  bytes_ = pictures_ = 0;
}

void MemoryShard::add_to(MemoryStats& total) const {
  const std::lock_guard lock(mutex_);
  total.bytes += bytes_;
  total.photos += photos_.size();
  total.pictures += pictures_;
  total.hits += hits_;
  total.misses += misses_;
  total.evictions += evictions_;
}

void MemoryShard::link(QueueItem& item, PhotoItem& photo, std::size_t size) {
  item.photo = &photo;
  item.size = size;
  item.older = newest_;
  (newest_ != nullptr ? newest_->newer : oldest_) = &item;
  newest_ = &item;
  bytes_ += size;
}

void MemoryShard::unlink(QueueItem& item) {
  if (hand_ == &item) hand_ = item.newer;
  (item.older != nullptr ? item.older->newer : oldest_) = item.newer;
  (item.newer != nullptr ? item.newer->older : newest_) = item.older;
  bytes_ -= item.size;
}

void MemoryShard::remove_picture(PictureSlots::iterator slot, Removed& removed) {
  PhotoItem& photo = *slot->item->photo;
  unlink(*slot->item);
  removed.pictures.push_back(std::move(*slot));
  photo.pictures.erase(slot);
  --pictures_;
}

void MemoryShard::remove_pictures(PhotoItem& photo, Removed& removed) {
  while (!photo.pictures.empty()) remove_picture(std::prev(photo.pictures.end()), removed);
}

void MemoryShard::remove_photo(PhotoItems::iterator photo, Removed& removed) {
  remove_pictures(photo->second, removed);
  unlink(photo->second.item);
  removed.photos.push_back(photos_.extract(photo));
}

void MemoryShard::make_room(std::size_t size, const PhotoItem* kept, Removed& removed) {
  while (bytes_ + size > capacity_) {
    if (hand_ == nullptr) hand_ = oldest_;
    QueueItem& item = *hand_;
    hand_ = item.newer;
    const bool is_meta = &item == &item.photo->item;
    if (is_meta && (item.photo == kept || !item.photo->pictures.empty())) continue;
    if (!std::exchange(item.used, false)) evict(item, kept, removed);
  }
}

void MemoryShard::evict(const QueueItem& item, const PhotoItem* kept, Removed& removed) {
  PhotoItem& photo = *item.photo;
  const bool is_meta = &item == &photo.item;
  if (!is_meta) {
    const auto is_it = [&item](const PictureSlot& slot) { return slot.item.get() == &item; };
    remove_picture(std::ranges::find_if(photo.pictures, is_it), removed);
    ++evictions_;
  }
  // The hand has spared a meta for its pictures' sake: without them nothing speaks for it.
  if (is_meta || (&photo != kept && photo.pictures.empty() && !photo.item.used)) {
    remove_photo(photos_.find(*photo.key), removed);
    ++evictions_;
  }
}

}  // namespace likeness::cache
