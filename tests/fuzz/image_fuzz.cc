// Feeds the whole image pipeline with files of every kind: each is rendered in the size that was
// promised, or refused.
#include <string>

#include "imaging/render.h"
#include "imaging/runtime.h"
#include "tests/fuzz/input.h"

using likeness::fuzz::hold;

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  hold(likeness::imaging::start_vips().has_value());
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace likeness::imaging;
  auto input = likeness::fuzz::text_of(data, size);
  constexpr Size kBoxes[] = {{48, 48}, {240, 240}, {7, 300}, {0, 0}};
  const Spec spec{.box = kBoxes[likeness::fuzz::choose(input, 4)]};
  // Small enough that a bomb cannot be told from a hang.
  static const likeness::ImagingSettings settings{.max_source_bytes = 256 * likeness::kKiB,
                                                  .max_pixels = 1'000'000};
  const auto rendered = render({likeness::share(std::string(input)), {spec}}, settings);
  if (!rendered) return 0;
  hold(rendered->pictures.size() == 1);
  const Size made = rendered->pictures[0].size;
  hold(made.width > 0 && made.height > 0 && !rendered->pictures[0].bytes->empty());
  if (spec.box.width > 0) hold(made.width <= spec.box.width && made.height <= spec.box.height);
  return 0;
}
