#include "imaging/frame.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "config/settings.h"

namespace likeness::imaging {
namespace {

// A head names at most some dozens of pictures, in some dozens of bytes each.
constexpr std::size_t kMaxHeadBytes = 64 * kKiB;
constexpr std::size_t kFirstRoom = 64 * kKiB;

using Lengths = std::array<std::uint32_t, 2>;
static_assert(sizeof(Lengths) == kFrameStartBytes);

}  // namespace

std::string frame_start(std::size_t head_bytes, std::size_t body_bytes) {
  const Lengths lengths{static_cast<std::uint32_t>(head_bytes),
                        static_cast<std::uint32_t>(body_bytes)};
  std::string bytes(sizeof lengths, '\0');
  std::memcpy(bytes.data(), lengths.data(), sizeof lengths);
  return bytes;
}

FrameReader::FrameReader(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) { begin(); }

void FrameReader::begin() {
  start_ = {.bytes = {}, .filled = 0, .expected = kFrameStartBytes};
  head_ = {};
  body_ = {};
}

FrameReader::Part& FrameReader::current() {
  if (!start_.complete()) return start_;
  return head_.complete() ? body_ : head_;
}

FrameReader::Room FrameReader::room() {
  Part& part = current();
  if (part.filled == part.bytes.size()) {
    const std::size_t more = std::max(kFirstRoom, part.filled);
    const std::size_t size = std::min(part.expected, part.filled + more);
    part.bytes.resize_and_overwrite(size, [size](char*, std::size_t) { return size; });
  }
  return {part.bytes.data() + part.filled, part.bytes.size() - part.filled};
}

bool FrameReader::read_start() {
  Lengths lengths;
  std::memcpy(lengths.data(), start_.bytes.data(), sizeof lengths);
  head_.expected = lengths[0];
  body_.expected = lengths[1];
  return head_.expected > 0 && head_.expected <= kMaxHeadBytes && body_.expected <= max_body_bytes_;
}

bool FrameReader::received(std::size_t bytes) {
  Part& part = current();
  part.filled += bytes;
  return &part != &start_ || !part.complete() || read_start();
}

std::optional<Frame> FrameReader::take() {
  if (!start_.complete() || !head_.complete() || !body_.complete()) return std::nullopt;
  Frame frame{.head = std::move(head_.bytes), .body = std::move(body_.bytes)};
  begin();
  return frame;
}

}  // namespace likeness::imaging
