#ifndef LIKENESS_IMAGING_FRAME_H_
#define LIKENESS_IMAGING_FRAME_H_

#include <cstddef>
#include <optional>
#include <string>

namespace likeness::imaging {

// One message between the pool and a worker: a head, whose meaning depends on whose turn it is, and
// a body of picture bytes.
struct Frame {
  std::string head;
  std::string body;
};

// The eight bytes before a frame's head: the lengths of head and body.
[[nodiscard]] std::string frame_start(std::size_t head_bytes, std::size_t body_bytes);
inline constexpr std::size_t kFrameStartBytes = 8;

// Puts frames together from bytes as they arrive. Grows only with what has arrived, never on a
// length's word.
class FrameReader {
 public:
  explicit FrameReader(std::size_t max_body_bytes);

  // Where to put arriving bytes, and how many at most; then say how many came.
  struct Room {
    char* at;
    std::size_t bytes;
  };
  [[nodiscard]] Room room();
  // False if this can be no frame.
  [[nodiscard]] bool received(std::size_t bytes);
  // The frame, once it is complete; the reader then waits for the next one.
  [[nodiscard]] std::optional<Frame> take();

 private:
  // A part of the frame on its way: `bytes` has room for more than the `filled` ones that are here.
  struct Part {
    std::string bytes;
    std::size_t filled = 0;
    std::size_t expected = 0;
    [[nodiscard]] bool complete() const { return filled == expected; }
  };
  void begin();
  [[nodiscard]] bool read_start();
  [[nodiscard]] Part& current();

  std::size_t max_body_bytes_;
  Part start_;
  Part head_;
  Part body_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_FRAME_H_
