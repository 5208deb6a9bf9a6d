#ifndef LIKENESS_PROXY_ACCESS_RECENT_H_
#define LIKENESS_PROXY_ACCESS_RECENT_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace likeness::access {

// What is remembered by: 16 evenly distributed bytes, a digest that clients cannot foresee.
using RecentKey = std::array<std::uint64_t, 2>;

// A small, bounded memory of recent facts, each with the time until which it matters: a table of
// fixed size in sets of eight. A new key takes the place of the fact in its set that matters the
// shortest. So it may forget early under many keys, and never grows.
//
// Thread-safe. Allocates when it is made and never again.
template <class Value>
class Recent {
 public:
  struct Slot {
    RecentKey key{};
    std::int64_t until = 0;  // In the unit of the caller; 0: holds nothing.
    Value value{};
  };

  // Room for about so many facts.
  explicit Recent(std::size_t capacity)
      : sets_((std::max<std::size_t>(capacity, 1) + kWays - 1) / kWays) {}

  // The fact of the key, if it is known and matters still.
  [[nodiscard]] std::optional<Value> find(const RecentKey& key, std::int64_t now) {
    const std::size_t index = key[0] % sets_.size();
    const std::lock_guard lock(locks_[index % locks_.size()]);
    const Set& set = sets_[index];
    const auto slot = std::ranges::find(set, key, &Slot::key);
    return slot != set.end() && slot->until > now ? std::optional(slot->value) : std::nullopt;
  }

  // Calls `use` with the slot of the key, under its lock; a key that is not known has a fresh one,
  // and `use` sets its `until`.
  template <class Use>
  decltype(auto) with(const RecentKey& key, Use&& use) {
    const std::size_t index = key[0] % sets_.size();
    Set& set = sets_[index];
    const std::lock_guard lock(locks_[index % locks_.size()]);
    auto slot = std::ranges::find(set, key, &Slot::key);
    if (slot == set.end()) {
      slot = std::ranges::min_element(set, {}, &Slot::until);
      *slot = {.key = key};
    }
    return std::forward<Use>(use)(*slot);
  }

 private:
  static constexpr std::size_t kWays = 8;
  using Set = std::array<Slot, kWays>;

  std::vector<Set> sets_;
  std::array<std::mutex, 64> locks_;
};

}  // namespace likeness::access

#endif  // LIKENESS_PROXY_ACCESS_RECENT_H_
