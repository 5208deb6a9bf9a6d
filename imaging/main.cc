#include "imaging/kept_memory.h"
#include "imaging/worker.h"

// The program that the pool starts for each of its workers; nobody else has a use for it.
int main() { return likeness::imaging::run_worker(likeness::imaging::give_back_kept_memory); }
