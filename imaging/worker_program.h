#ifndef LIKENESS_IMAGING_WORKER_PROGRAM_H_
#define LIKENESS_IMAGING_WORKER_PROGRAM_H_

#include <string>

#include "config/base/error.h"

namespace likeness::imaging {

// A name of the workers' program for a Pool: the `likeness-imaging` that stands beside the running
// program, as it is built, or in ../libexec/likeness from there, as it is installed.
//
// The name leads to the file found now, also when an upgrade has put another one in its place: pool
// and worker understand each other only if they are of one version. It holds for as long as the
// process lives, whose one descriptor per call stays open for it.
//
// Errors: internal, with the places where there is none.
[[nodiscard]] Result<std::string> find_worker_program();

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_WORKER_PROGRAM_H_
