#ifndef LIKENESS_IMAGING_POOL_H_
#define LIKENESS_IMAGING_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/job.h"

namespace likeness::imaging {

struct PoolStats {
  int workers = 0;
  int busy = 0;
  int queued = 0;
  std::uint64_t jobs = 0;      // Answered by a worker, also with an error.
  std::uint64_t crashes = 0;   // Workers that died of themselves.
  std::uint64_t timeouts = 0;  // Workers killed at a job's deadline.
  std::uint64_t recycled = 0;
};

// A Pool keeps worker processes that decode, resize and encode pictures (imaging/worker.h), so that
// a decoder's crash, bug or bomb costs one job and not the server. Each worker does one job at a
// time; jobs wait in a bounded queue. A worker that dies or passes the deadline fails its job and
// is replaced; so is one that has served its time or grown too large. A job whose worker somebody
// killed (an operator, or the system for want of memory) is tried again a few times.
//
// Errors of submit(): bad_source (no picture of an allowed format, damaged, or it crashed the
// worker), source_too_large (bytes, pixels, or the job's time), overloaded (queue full, no
// worker left, or one after the other is killed), shutting_down, internal.
//
// A pool all of whose workers fail to start (a limit of the machine, a kernel without seccomp)
// refuses its jobs as overloaded, with the reason, and tries again with growing pauses.
//
// Loop-confined: construct, use and destroy it on one loop. Destruction kills the workers and drops
// what is queued without calling back; it must not come from within a `done`.
class Pool {
 public:
  using Done = std::move_only_function<void(Result<Rendered>)>;

  using OnStart = std::move_only_function<void(Result<void>)>;

  // `executable` is what find_worker_program() finds, or another that calls run_worker(). The
  // other workers follow when the first is ready (some 0.1 s): together they would keep each other
  // and the rest of the process from starting. `on_start` is called once: when the first is ready,
  // or with what to do if it cannot be started. The thread that calls this must outlive the pool:
  // the workers die with it.
  Pool(Loop& loop, const ImagingSettings& settings, std::string executable, OnStart on_start = {});
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Calls `done` exactly once, never before submit() returns, unless the pool is destroyed first.
  void submit(Job job, Done done);

  [[nodiscard]] PoolStats stats() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_POOL_H_
