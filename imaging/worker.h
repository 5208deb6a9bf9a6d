#ifndef LIKENESS_IMAGING_WORKER_H_
#define LIKENESS_IMAGING_WORKER_H_

#include "config/base/time.h"

namespace likeness::imaging {

// The descriptor on which a worker process finds its socket to the pool.
inline constexpr int kWorkerSocket = 3;

// The one on which it finds its sources, for reading only (imaging/source_file.h).
inline constexpr int kWorkerSources = 4;

// The worker's program as the system's lists of processes show it.
inline constexpr const char* kWorkerName = "likeness-imaging";

// A worker that has had no job for so long may have none for long.
inline constexpr milliseconds kRest{1'000};

// Exit codes of a worker that never became ready; the reason stands on stderr.
inline constexpr int kExitNoSandbox = 78;
inline constexpr int kExitNoStart = 70;

// The whole life of a worker process: reads its settings and then job after job from kWorkerSocket,
// sandboxes itself before the first job, answers each, and leaves when the socket closes. Returns
// the process's exit code. Call it from main(), before any thread is started.
//
// `give_back_memory` gives freed memory back to the system, where the program keeps it for the next
// job: called when none has come for kRest, or when too much is kept.
[[nodiscard]] int run_worker(void (*give_back_memory)());

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_WORKER_H_
