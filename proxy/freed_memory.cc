#include "proxy/freed_memory.h"

#ifdef LIKENESS_JEMALLOC

#include <jemalloc/jemalloc.h>

// jemalloc reads it when it starts. Pages that nobody has used for a second go back at once, rather
// than after ten.
const char* malloc_conf = "dirty_decay_ms:1000,muzzy_decay_ms:0";

namespace likeness {

void give_back_freed_memory() {
  bool on = true;
  // Without the thread freed memory goes back as well, only later: no reason to fail.
  ::mallctl("background_thread", nullptr, nullptr, &on, sizeof on);
}

}  // namespace likeness

#else

namespace likeness {

void give_back_freed_memory() {}

}  // namespace likeness

#endif
