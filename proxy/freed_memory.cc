#include "proxy/freed_memory.h"

#ifdef LIKENESS_JEMALLOC

#include <jemalloc/jemalloc.h>
#include <sys/types.h>

// jemalloc reads it when it starts. Pages that nobody has used for a second go back at once, rather
// than after ten.
const char* malloc_conf = "dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace likeness {

void give_back_freed_memory() {
  bool on = true;
  // Without the thread freed memory goes back as well, only later: no reason to fail.
  ::mallctl("background_thread", nullptr, nullptr, &on, sizeof on);
}

// Never is also what keeps jemalloc from giving blocks of 8 MiB and more back as they are freed.
void keep_freed_memory() {
  ssize_t never = -1;
  ::mallctl("arena.0.dirty_decay_ms", nullptr, nullptr, &never, sizeof never);
  ::mallctl("arenas.dirty_decay_ms", nullptr, nullptr, &never, sizeof never);
}

void give_back_kept_memory() {
  static_assert(MALLCTL_ARENAS_ALL == 4096);
  ::mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
}

}  // namespace likeness

#else

namespace likeness {

void give_back_freed_memory() {}
void keep_freed_memory() {}
void give_back_kept_memory() {}

}  // namespace likeness

#endif
