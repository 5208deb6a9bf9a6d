#include "imaging/kept_memory.h"

#ifdef LIKENESS_JEMALLOC

#include <jemalloc/jemalloc.h>

// jemalloc reads it when it starts. Never is also what keeps it from giving blocks of 8 MiB and
// more back as they are freed.
const char* malloc_conf = "dirty_decay_ms:-1";

namespace likeness::imaging {

void give_back_kept_memory() {
  static_assert(MALLCTL_ARENAS_ALL == 4096);
  ::mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
}

}  // namespace likeness::imaging

#else

namespace likeness::imaging {

void give_back_kept_memory() {}

}  // namespace likeness::imaging

#endif
