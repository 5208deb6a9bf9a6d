#include "imaging/samples.h"

namespace likeness::imaging {
Result<void> draw_samples(const std::filesystem::path&) { return {}; }
}  // namespace likeness::imaging
