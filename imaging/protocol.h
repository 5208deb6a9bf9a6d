#ifndef LIKENESS_IMAGING_PROTOCOL_H_
#define LIKENESS_IMAGING_PROTOCOL_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.h"
#include "config/settings.h"
#include "imaging/frame.h"
#include "imaging/job.h"

namespace likeness::imaging {

// What pool and worker say to each other in frames (imaging/frame.h):
//
//   pool:   settings, then one job after the other; the source lies in a file
//           (imaging/source_file.h), and frames have no body
//   worker: hello when it is ready, then one answer per job (the body: all pictures, concatenated)
//
// Both ends are of one version (imaging/worker_program.h), so the bytes are in this machine's
// order. A worker may have been taken over by what it decoded: whatever comes from one is read as
// hostile, its lengths checked against what arrived, its pictures against what was asked, its words
// limited to printable ones.

// The head of a worker's first frame.
inline constexpr std::string_view kHello = "hello";
// A job of more specs is refused.
inline constexpr std::uint32_t kMaxPictures = 256;
// No frame's body is longer, whatever the settings say.
inline constexpr std::size_t kMaxBodyBytes = 512 * kMiB;

[[nodiscard]] std::string encode_settings(const ImagingSettings& settings);
[[nodiscard]] std::optional<ImagingSettings> decode_settings(std::string_view head);

// The source itself is not in it.
[[nodiscard]] std::string encode_job(const Job& job);
struct Order {
  Job job;  // Without its source.
  std::size_t source_bytes = 0;
};
[[nodiscard]] std::optional<Order> decode_job(std::string_view head);

[[nodiscard]] Frame encode_answer(const Result<Rendered>& answer, std::size_t worker_bytes);

struct Answer {
  Result<Rendered> rendered;
  std::size_t worker_bytes = 0;  // What the worker says it occupies.
};
// Nothing if the frame is no possible answer to `job`.
[[nodiscard]] std::optional<Answer> decode_answer(const Frame& frame, const Job& job);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_PROTOCOL_H_
