#include "imaging/worker.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <utility>

#include "imaging/draw.h"
#include "imaging/fonts.h"
#include "imaging/frame.h"
#include "imaging/protocol.h"
#include "imaging/render.h"
#include "imaging/runtime.h"
#include "imaging/sandbox.h"
#include "imaging/source_file.h"

namespace likeness::imaging {
namespace {

// A worker lives as long as its pool. It outlives signals that are sent to the whole group or
// service, so that the server can finish what is in flight; it dies with the server.
void bind_to_parent() {
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_NAME, "likeness-image");
}

// Is there nothing to receive for so long?
bool is_at_rest() {
  pollfd socket{kWorkerSocket, POLLIN, 0};
  return ::poll(&socket, 1, static_cast<int>(kRest.count())) == 0;
}

// The next frame, nothing when the pool has gone.
std::optional<Frame> receive(FrameReader& reader) {
  for (;;) {
    if (auto frame = reader.take()) return frame;
    const FrameReader::Room room = reader.room();
    const ssize_t got = ::read(kWorkerSocket, room.at, room.bytes);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || !reader.received(static_cast<std::size_t>(got))) return std::nullopt;
  }
}

bool send(Frame& frame) {
  std::string start = frame_start(frame.head.size(), frame.body.size()) + frame.head;
  std::array<iovec, 2> parts{iovec{start.data(), start.size()},
                             iovec{frame.body.data(), frame.body.size()}};
  std::size_t next = 0;
  while (next < parts.size()) {
    const ssize_t put =
        ::writev(kWorkerSocket, &parts[next], static_cast<int>(parts.size() - next));
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    auto left = static_cast<std::size_t>(put);
    while (next < parts.size() && left >= parts[next].iov_len) left -= parts[next++].iov_len;
    if (next == parts.size()) return true;
    parts[next].iov_base = static_cast<char*>(parts[next].iov_base) + left;
    parts[next].iov_len -= left;
  }
  return true;
}

// What the process occupies in memory now, by a file opened before the sandbox closed.
class OwnSize {
 public:
  OwnSize() : file_(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC)) {}

  [[nodiscard]] std::size_t bytes() const {
    std::array<char, 64> text{};
    // Its second number is the resident pages.
    const ssize_t got = ::pread(file_, text.data(), text.size(), 0);
    const char* const end = text.data() + std::max<ssize_t>(got, 0);
    const char* const blank = std::find(static_cast<const char*>(text.data()), end, ' ');
    std::size_t pages = 0;
    if (blank != end) std::from_chars(blank + 1, end, pages);
    return pages * page_;
  }

 private:
  int file_;
  std::size_t page_ = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
};

Result<Rendered> attempt(Order order, const ImagingSettings& settings, Fonts& fonts) {
  try {
    auto source = read_source(kWorkerSources, order.source_bytes);
    if (!source) return fail(Errc::internal, "the source did not arrive");
    Job& job = order.job;
    job.source = share(*std::move(source));
    return job.drawing ? render_drawing(job, settings, fonts) : render(job, settings);
  } catch (const std::bad_alloc&) {
    return fail(Errc::source_too_large, "memory");
  }
}

int give_up(int code, const Error& error) {
  std::fprintf(stderr, "%s: %s\n", kWorkerName, error.detail.c_str());
  return code;
}

// Everything before the first job. Returns 0 when the worker is ready.
int prepare(const ImagingSettings& settings) {
  auto started = start_vips();
  if (started) started = warm_up();
  if (!started) return give_up(kExitNoStart, started.error());
  if (!settings.sandbox) return 0;
  const auto confined = enter_sandbox(settings.max_worker_bytes);
  return confined ? 0 : give_up(kExitNoSandbox, confined.error());
}

}  // namespace

int run_worker(void (*give_back_memory)()) {
  bind_to_parent();
  FrameReader reader(0);
  const auto first = receive(reader);
  const auto settings = first ? decode_settings(first->head) : std::nullopt;
  if (!settings) return kExitNoStart;
  const OwnSize size;
  Fonts fonts(settings->fonts);
  if (const int code = prepare(*settings); code != 0) return code;
  Frame hello{.head = std::string(kHello), .body = {}};
  if (!send(hello)) return 0;
  for (;;) {
    if (is_at_rest()) give_back_memory();
    auto frame = receive(reader);
    if (!frame) break;
    auto order = decode_job(frame->head);
    if (!order) return kExitNoStart;
    const auto rendered = attempt(*std::move(order), *settings, fonts);
    // What is kept for the next job is no reason to replace the worker.
    if (size.bytes() > settings->recycle_after_bytes / 2) give_back_memory();
    Frame answer = encode_answer(rendered, size.bytes());
    if (!send(answer)) break;
  }
  // Nothing is worth tearing down, and libraries' exit handlers may want what the sandbox forbids.
  ::_exit(0);
}

}  // namespace likeness::imaging
