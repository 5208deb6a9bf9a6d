#include "imaging/pyramid.h"

#include <algorithm>
#include <utility>

#include "imaging/attention.h"
#include "imaging/resample.h"

namespace likeness::imaging {
namespace {

// A level at least this many times larger than the answer loses nothing that Lanczos would keep.
constexpr double kMargin = 2;

Window in_level(const Window& part, const Decoded& level, Size source) {
  const double x = level.width / source.width;
  const double y = level.height / source.height;
  const double left = std::min(part.left * x, level.width);
  const double top = std::min(part.top * y, level.height);
  return {left, top, std::min(part.width * x, level.width - left),
          std::min(part.height * y, level.height - top)};
}

}  // namespace

Pyramid::Pyramid(Decoded decoded, Size source) : source_(source) {
  levels_.push_back(std::move(decoded));
}

const Decoded& Pyramid::level_for(double scale) {
  const bool can_halve = pixels() != Pixels::rgba;
  for (std::size_t i = 0;; ++i) {
    const Decoded& level = levels_[i];
    const double half = std::min(level.width / source_.width, level.height / source_.height) / 2;
    if (!can_halve || half < kMargin * scale) return level;
    if (i + 1 < levels_.size()) continue;
    Decoded next{
        .raster = halve(level.raster), .width = level.width / 2, .height = level.height / 2};
    levels_.push_back(std::move(next));
  }
}

Raster Pyramid::scaled(const Window& part, Size answer) {
  const double scale = std::max(answer.width / part.width, answer.height / part.height);
  const Decoded& level = level_for(scale);
  return resample(level.raster, in_level(part, level, source_), answer);
}

Result<Raster> Pyramid::render(Size answer, Fit fit, Gravity gravity) {
  const Size covering = covering_size(source_, answer, fit);
  if (gravity == Gravity::centre || covering == answer) {
    return scaled(visible_part(source_, answer, fit), answer);
  }
  const Window all{0, 0, static_cast<double>(source_.width), static_cast<double>(source_.height)};
  return crop_to_attention(scaled(all, covering), answer);
}

}  // namespace likeness::imaging
