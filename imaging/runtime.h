#ifndef LIKENESS_IMAGING_RUNTIME_H_
#define LIKENESS_IMAGING_RUNTIME_H_

#include "config/base/error.h"

namespace likeness::imaging {

// Starts libvips in this process for small pictures one at a time: one thread of computation, no
// operation cache, loaders that it does not trust blocked, warnings about odd files not printed.
[[nodiscard]] Result<void> start_vips();

// Does a tiny job of every kind, so that whatever the libraries load or build on first use is there
// before the sandbox forbids it.
[[nodiscard]] Result<void> warm_up();

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_RUNTIME_H_
