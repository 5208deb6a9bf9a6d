#ifndef LIKENESS_PROXY_FREED_MEMORY_H_
#define LIKENESS_PROXY_FREED_MEMORY_H_

namespace likeness {

// When freed memory goes back to the system. Without jemalloc (LIKENESS_JEMALLOC is off, as under
// the sanitizers) these do nothing.

// From now on a thread of the allocator's own gives it back within about a second, even where the
// process has nothing to do. Call it once, after signals have been blocked.
void give_back_freed_memory();

// From now on it stays, for what allocates the same again and again. Call it before there are
// threads.
void keep_freed_memory();

// What has been kept goes back now.
void give_back_kept_memory();

}  // namespace likeness

#endif  // LIKENESS_PROXY_FREED_MEMORY_H_
