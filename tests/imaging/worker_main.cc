#include <cstring>

#include "imaging/worker.h"

// The worker process of the tests: the program's own "imaging-worker" and nothing else.
int main(int count, char** arguments) {
  if (count != 2 || std::strcmp(arguments[1], likeness::imaging::kWorkerArgument) != 0) return 2;
  return likeness::imaging::run_worker();
}
