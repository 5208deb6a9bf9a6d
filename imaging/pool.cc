#include "imaging/pool.h"

#include <sys/wait.h>

#include <algorithm>
#include <csignal>
#include <map>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "config/base/lifetime.h"
#include "imaging/link.h"
#include "imaging/protocol.h"
#include "imaging/worker.h"

namespace likeness::imaging {
namespace {

// From the start of a process to its hello; a loaded machine needs a second.
constexpr milliseconds kStartTimeout{20'000};
// Pauses after workers that failed to start: the first, and the longest.
constexpr milliseconds kFirstPause{100};
constexpr milliseconds kLongestPause{5'000};
// Who kills workers usually kills all that there are, and the next one may get the job just then.
constexpr int kTries = 4;

std::string describe_end(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == kExitNoSandbox) {
    return "this kernel refuses the image workers' sandbox (seccomp or rlimits); "
           "set imaging.sandbox to false to run them without it";
  }
  if (WIFEXITED(status)) {
    return "an image worker ended with exit code " + std::to_string(WEXITSTATUS(status));
  }
  return "an image worker died of signal " + std::to_string(WTERMSIG(status));
}

std::size_t worker_count(const ImagingSettings& settings) {
  if (settings.workers > 0) return static_cast<std::size_t>(settings.workers);
  return std::max(1U, std::thread::hardware_concurrency());
}

std::size_t max_source_bytes(const ImagingSettings& settings) {
  return std::min(settings.max_source_bytes, kMaxBodyBytes);
}

struct Waiting {
  Job job;
  Pool::Done done;
  Loop::TimerId deadline = Loop::TimerId::none;
  int killed = 0;  // Workers that somebody killed while they were at it.
};

// Somebody else's doing, an operator's or the system's for want of memory, and not its job's:
// decoders that fail die of other signals, and their memory has a limit of its own.
bool was_killed(int status) { return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL; }

// One place for a worker, whichever process fills it now.
struct Slot {
  enum class State : std::uint8_t {
    down,      // No process; one is started after a pause, or when the first of all is ready.
    starting,  // The process has not said hello yet.
    idle,
    busy,
    ending,  // Killed, waiting for its end.
  };
  State state = State::down;
  std::unique_ptr<Link> link;
  std::optional<Waiting> current;  // While busy, and while ending in the middle of a job.
  bool timed_out = false;
  int jobs = 0;                               // Done by this process.
  Loop::TimerId timer = Loop::TimerId::none;  // What the state must not outlast.
};

}  // namespace

class Pool::State {
 public:
  State(Loop& loop, const ImagingSettings& settings, std::string executable, OnStart on_start);
  ~State();

  void submit(Job job, Done done);
  [[nodiscard]] PoolStats stats() const;

 private:
  [[nodiscard]] std::optional<Error> refusal(const Job& job) const;
  [[nodiscard]] bool all_down() const;
  [[nodiscard]] Error none_left() const;
  void enqueue(Waiting waiting);
  void fail_later(Error error, Done done);
  void tell_start(Result<void> started);
  void start(Slot& slot);
  void on_frame(Slot& slot, const Frame& frame);
  void on_end(Slot& slot, int status);
  void on_hello(Slot& slot, const Frame& frame);
  void on_answer(Slot& slot, const Frame& frame);
  void pause(Slot& slot, const std::string& reason);
  void end(Slot& slot);
  void dispatch();
  void assign(Slot& slot, Waiting waiting);
  void expire(std::uint64_t id);

  Loop& loop_;
  const ImagingSettings settings_;
  const std::string executable_;
  std::vector<Slot> slots_;  // Never grows, so that callbacks may hold on to its elements.
  std::map<std::uint64_t, Waiting> queue_;  // By order of arrival.
  std::uint64_t last_id_ = 0;
  OnStart on_start_;
  int failed_starts_ = 0;  // In a row.
  std::string start_error_;
  PoolStats stats_;
  // Tasks posted to the loop hold it weakly: they are void once the pool is gone.
  Lifetime lifetime_;
};

Pool::State::State(Loop& loop, const ImagingSettings& settings, std::string executable,
                   OnStart on_start)
    : loop_(loop),
      settings_(settings),
      executable_(std::move(executable)),
      slots_(worker_count(settings)),
      on_start_(std::move(on_start)) {
  start(slots_.front());
}

Pool::State::~State() {
  for (Slot& slot : slots_) {
    loop_.cancel(slot.timer);
    // All die at once; then each is waited for.
    if (slot.link) slot.link->kill();
  }
  for (auto& [id, waiting] : queue_) loop_.cancel(waiting.deadline);
}

// Not at once: the constructor may be at work.
void Pool::State::tell_start(Result<void> started) {
  if (!on_start_) return;
  loop_.post(
      lifetime_.bind([tell = std::exchange(on_start_, {}), started = std::move(started)]() mutable {
        tell(std::move(started));
      }));
}

std::optional<Error> Pool::State::refusal(const Job& job) const {
  if (job.source && job.source->size() > max_source_bytes(settings_)) {
    return Error{Errc::source_too_large, "bytes"};
  }
  if (job.wanted.size() > kMaxPictures) return Error{Errc::bad_request, "too many sizes"};
  if (all_down()) return none_left();
  const bool has_room = static_cast<int>(queue_.size()) < settings_.max_queued;
  const bool has_idle = std::ranges::count(slots_, Slot::State::idle, &Slot::state) > 0;
  if (!has_room && !has_idle) return Error{Errc::overloaded, "image queue", milliseconds(1'000)};
  return std::nullopt;
}

void Pool::State::submit(Job job, Done done) {
  if (auto error = refusal(job)) return fail_later(std::move(*error), std::move(done));
  enqueue({.job = std::move(job), .done = std::move(done)});
}

void Pool::State::enqueue(Waiting waiting) {
  const std::uint64_t id = ++last_id_;
  // Nothing waits longer for a worker than it may then occupy it.
  waiting.deadline = loop_.after(settings_.job_timeout, [this, id] { expire(id); });
  queue_.emplace(id, std::move(waiting));
  dispatch();
}

void Pool::State::fail_later(Error error, Done done) {
  loop_.post(lifetime_.bind([error = std::move(error), done = std::move(done)]() mutable {
    done(std::unexpected(std::move(error)));
  }));
}

void Pool::State::expire(std::uint64_t id) {
  auto waiting = queue_.extract(id);
  waiting.mapped().done(fail(Errc::overloaded, "no image worker became free", milliseconds(1'000)));
}

bool Pool::State::all_down() const {
  return std::ranges::all_of(slots_,
                             [](const Slot& slot) { return slot.state == Slot::State::down; });
}

Error Pool::State::none_left() const { return {Errc::overloaded, start_error_, kLongestPause}; }

void Pool::State::start(Slot& slot) {
  slot.state = Slot::State::starting;
  slot.jobs = 0;
  slot.timer = loop_.after(kStartTimeout, [this, &slot] { end(slot); });
  try {
    slot.link = std::make_unique<Link>(
        loop_, executable_, max_source_bytes(settings_),
        Link::Events{.on_frame = [this, &slot](const Frame& frame) { on_frame(slot, frame); },
                     .on_end = [this, &slot](int status) { on_end(slot, status); }});
  } catch (const std::system_error& error) {
    return pause(slot, error.what());
  }
  slot.link->send(encode_settings(settings_), nullptr);
}

void Pool::State::pause(Slot& slot, const std::string& reason) {
  loop_.cancel(slot.timer);
  slot.link.reset();
  slot.state = Slot::State::down;
  start_error_ = reason;
  tell_start(fail(Errc::internal, reason));
  const auto pause = std::min(kLongestPause, kFirstPause * (1 << std::min(failed_starts_, 6)));
  ++failed_starts_;
  slot.timer = loop_.after(pause, [this, &slot] { start(slot); });
  if (!all_down()) return;
  for (auto& [id, waiting] : std::exchange(queue_, {})) {
    loop_.cancel(waiting.deadline);
    fail_later(none_left(), std::move(waiting.done));
  }
}

void Pool::State::end(Slot& slot) {
  slot.state = Slot::State::ending;
  slot.link->kill();
}

void Pool::State::on_frame(Slot& slot, const Frame& frame) {
  if (slot.state == Slot::State::starting) return on_hello(slot, frame);
  if (slot.state == Slot::State::busy) return on_answer(slot, frame);
  // A worker that speaks unasked is not ours any more.
  if (slot.state == Slot::State::idle) end(slot);
}

void Pool::State::on_hello(Slot& slot, const Frame& frame) {
  if (frame.head != kHello) return end(slot);
  loop_.cancel(slot.timer);
  failed_starts_ = 0;
  slot.state = Slot::State::idle;
  tell_start({});
  for (Slot& other : slots_) {
    if (other.state == Slot::State::down && other.timer == Loop::TimerId::none) start(other);
  }
  dispatch();
}

void Pool::State::on_answer(Slot& slot, const Frame& frame) {
  auto answer = decode_answer(frame, slot.current->job);
  if (!answer) return end(slot);
  loop_.cancel(slot.timer);
  auto done = std::move(slot.current->done);
  slot.current.reset();
  slot.state = Slot::State::idle;
  slot.timer = loop_.after(kRest, [&slot] { slot.link->give_back_memory(); });
  ++stats_.jobs;
  if (++slot.jobs >= settings_.recycle_after_jobs ||
      answer->worker_bytes > settings_.recycle_after_bytes) {
    ++stats_.recycled;
    end(slot);
  }
  dispatch();
  done(std::move(answer->rendered));
}

void Pool::State::on_end(Slot& slot, int status) {
  loop_.cancel(slot.timer);
  slot.link.reset();
  // One that ended before it had any work would do so again and again.
  const bool was_useful = slot.jobs > 0 || slot.current.has_value();
  const bool by_us = slot.state == Slot::State::ending;
  if (!by_us) ++stats_.crashes;
  auto current = std::exchange(slot.current, std::nullopt);
  const bool timed_out = std::exchange(slot.timed_out, false);
  if (was_useful) {
    start(slot);
  } else {
    pause(slot, describe_end(status));
  }
  if (!current) return;
  if (!by_us && was_killed(status)) {
    if (++current->killed < kTries) return enqueue(std::move(*current));
    return current->done(fail(Errc::overloaded, "image workers are killed", kLongestPause));
  }
  if (timed_out) {
    current->done(fail(Errc::source_too_large, "time"));
  } else {
    current->done(fail(Errc::bad_source, describe_end(status)));
  }
}

void Pool::State::dispatch() {
  for (Slot& slot : slots_) {
    if (queue_.empty()) return;
    if (slot.state != Slot::State::idle) continue;
    auto first = queue_.extract(queue_.begin());
    assign(slot, std::move(first.mapped()));
  }
}

void Pool::State::assign(Slot& slot, Waiting waiting) {
  loop_.cancel(waiting.deadline);
  loop_.cancel(slot.timer);
  slot.state = Slot::State::busy;
  slot.current = std::move(waiting);
  slot.timer = loop_.after(settings_.job_timeout, [this, &slot] {
    slot.timed_out = true;
    ++stats_.timeouts;
    end(slot);
  });
  slot.link->send(encode_job(slot.current->job), slot.current->job.source);
}

PoolStats Pool::State::stats() const {
  PoolStats stats = stats_;
  const auto count = [&](Slot::State state) {
    return static_cast<int>(std::ranges::count(slots_, state, &Slot::state));
  };
  stats.busy = count(Slot::State::busy);
  stats.workers = stats.busy + count(Slot::State::idle);
  stats.queued = static_cast<int>(queue_.size());
  return stats;
}

Pool::Pool(Loop& loop, const ImagingSettings& settings, std::string executable, OnStart on_start)
    : state_(std::make_unique<State>(loop, settings, std::move(executable), std::move(on_start))) {}

Pool::~Pool() = default;

void Pool::submit(Job job, Done done) { state_->submit(std::move(job), std::move(done)); }

PoolStats Pool::stats() const { return state_->stats(); }

}  // namespace likeness::imaging
