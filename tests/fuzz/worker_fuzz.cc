// Feeds the pool with what a worker that was taken over may send: whatever is accepted is a
// possible answer to the job.
#include <algorithm>
#include <string>

#include "imaging/frame.h"
#include "imaging/protocol.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness::imaging;
  auto input = likeness::fuzz::text_of(data, size);
  FrameReader reader(4'096);
  while (!input.empty()) {
    const auto room = reader.room();
    const auto count = std::min(room.bytes, input.size());
    input.copy(room.at, count);
    input.remove_prefix(count);
    if (!reader.received(count)) return 0;
    const auto frame = reader.take();
    if (!frame) continue;
    static_cast<void>(decode_job(frame->head));
    static_cast<void>(decode_settings(frame->head));
    const Job job{likeness::share("source"), {Spec{.box = {48, 48}}}};
    const auto answer = decode_answer(*frame, job);
    if (!answer || !answer->rendered) continue;
    hold(answer->rendered->pictures.size() == 1);
    hold(answer->rendered->info.content_type.find_first_of("\r\n") == std::string::npos);
  }
  return 0;
}
