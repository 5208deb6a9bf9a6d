#ifndef LIKENESS_CACHE_REDIS_SLOTS_H_
#define LIKENESS_CACHE_REDIS_SLOTS_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "cache/redis_reply.h"
#include "cache/redis_url.h"

namespace likeness::cache {

// The words of the Redis Cluster specification (redis.io/docs/reference/cluster-spec). Pure.

inline constexpr std::size_t kSlots = 16'384;

// CRC16 (XMODEM) of the key, or of what stands between its first braces, modulo kSlots.
[[nodiscard]] std::uint16_t slot_of(std::string_view key);

struct SlotRange {
  std::uint16_t first = 0;
  std::uint16_t last = 0;  // Included.
  RedisAddress master;
};

// Reads an answer of CLUSTER SLOTS. A server that does not know its own address leaves it out: then
// it is `asked`. An error (store_unavailable) if it is no such answer.
[[nodiscard]] Result<std::vector<SlotRange>> read_slots(const RedisReply& reply,
                                                        const RedisAddress& asked);

// "MOVED 3999 127.0.0.1:6381" or "ASK …": somebody else has this slot. An empty host is `asked`'s.
struct Redirect {
  bool ask = false;  // For this command only.
  std::uint16_t slot = 0;
  RedisAddress to;
};
[[nodiscard]] std::optional<Redirect> read_redirect(const RedisReply& reply,
                                                    std::string_view asked_host);

}  // namespace likeness::cache

#endif  // LIKENESS_CACHE_REDIS_SLOTS_H_
