#ifndef LIKENESS_IMAGING_WORKER_H_
#define LIKENESS_IMAGING_WORKER_H_

namespace likeness::imaging {

// The descriptor on which a worker process finds its socket to the pool.
inline constexpr int kWorkerSocket = 3;

// The whole life of a worker process: reads its settings and then job after job from kWorkerSocket,
// sandboxes itself before the first job, answers each, and leaves when the socket closes. Returns
// the process's exit code. Call it from main() for the argument "imaging-worker", before any thread
// is started.
[[nodiscard]] int run_worker();

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_WORKER_H_
