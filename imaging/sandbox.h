#ifndef LIKENESS_IMAGING_SANDBOX_H_
#define LIKENESS_IMAGING_SANDBOX_H_

#include <cstddef>
#include <string>

#include "config/base/error.h"

namespace likeness::imaging {

// Takes from this process, for good, what a picture decoder does not need: new files, sockets,
// programs, processes, executable memory, core dumps; and limits its address space to
// `max_address_space` bytes (not under a sanitizer, whose shadow memory is address space too).
// What is open stays usable. System calls that are not allowed fail with EPERM.
//
// Call it when everything that loads lazily has been loaded. All threads are confined. Fails with
// Errc::internal where the kernel has no seccomp.
[[nodiscard]] Result<void> enter_sandbox(std::size_t max_address_space);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SANDBOX_H_
