#ifndef LIKENESS_IMAGING_WORKER_H_
#define LIKENESS_IMAGING_WORKER_H_

namespace likeness::imaging {

// The descriptor on which a worker process finds its socket to the pool.
inline constexpr int kWorkerSocket = 3;

// The worker's program as the system's lists of processes show it.
inline constexpr const char* kWorkerName = "likeness-imaging";

// Exit codes of a worker that never became ready; the reason stands on stderr.
inline constexpr int kExitNoSandbox = 78;
inline constexpr int kExitNoStart = 70;

// The whole life of a worker process: reads its settings and then job after job from kWorkerSocket,
// sandboxes itself before the first job, answers each, and leaves when the socket closes. Returns
// the process's exit code. Call it from main(), before any thread is started.
//
// `give_back_memory` gives freed memory back to the system, where the program keeps it for the next
// job: called when none has come for a second, or when too much is kept.
[[nodiscard]] int run_worker(void (*give_back_memory)());

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_WORKER_H_
