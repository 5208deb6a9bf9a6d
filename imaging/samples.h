#ifndef LIKENESS_IMAGING_SAMPLES_H_
#define LIKENESS_IMAGING_SAMPLES_H_

#include <filesystem>

#include "config/base/error.h"

namespace likeness::imaging {

// Draws eight portraits of people who do not exist (ada.jpg, grace.jpg, …; 1024x1024), so that a
// first start has something to show. Makes the folder; leaves files alone that are there already.
[[nodiscard]] Result<void> draw_samples(const std::filesystem::path& folder);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_SAMPLES_H_
