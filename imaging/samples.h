#ifndef LIKENESS_IMAGING_SAMPLES_H_
#define LIKENESS_IMAGING_SAMPLES_H_

#include <filesystem>

#include "config/base/error.h"

namespace likeness::imaging {
[[nodiscard]] Result<void> draw_samples(const std::filesystem::path& dir);
}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SAMPLES_H_
