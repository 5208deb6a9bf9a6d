#ifndef LIKENESS_PROXY_FREED_MEMORY_H_
#define LIKENESS_PROXY_FREED_MEMORY_H_

namespace likeness {

// From now on a thread of the allocator's own gives freed memory back to the system within about a
// second, even where the process has nothing to do. Call it once, after signals have been blocked.
// Without jemalloc (LIKENESS_JEMALLOC is off, as under the sanitizers) it does nothing.
void give_back_freed_memory();

}  // namespace likeness

#endif  // LIKENESS_PROXY_FREED_MEMORY_H_
