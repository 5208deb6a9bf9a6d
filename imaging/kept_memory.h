#ifndef LIKENESS_IMAGING_KEPT_MEMORY_H_
#define LIKENESS_IMAGING_KEPT_MEMORY_H_

namespace likeness::imaging {

// The worker's program keeps the memory that it has freed, since each job allocates about the same
// again. What it keeps goes back to the system now. Without jemalloc (LIKENESS_JEMALLOC is off, as
// under the sanitizers) this does nothing.
void give_back_kept_memory();

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_KEPT_MEMORY_H_
