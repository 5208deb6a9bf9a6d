// Feeds the whole image pipeline with files of every kind: each is rendered in the size and format
// that was promised, or refused. The first byte chooses what is asked, the others are the file. The
// mutator knows the shape of every allowed format, so that most of what it makes gets past the
// signatures, lengths and checksums.
#include <algorithm>
#include <random>
#include <string>

#include "imaging/render.h"
#include "imaging/runtime.h"
#include "tests/fuzz/input.h"
#include "tests/support/picture_parts.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

using namespace likeness::imaging;
using namespace likeness::fuzz;
using likeness::test::Part;
using likeness::test::PictureFile;
using likeness::test::take_apart;

constexpr Size kBoxes[] = {{48, 48}, {240, 240}, {7, 300}, {0, 0}};
constexpr Format kFormats[] = {Format::jpeg, Format::webp, Format::avif, Format::png};

std::string mutated(std::string bytes) {
  constexpr std::size_t kGrowth = 64;
  const std::size_t size = bytes.size();
  bytes.resize(size + kGrowth);
  bytes.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(bytes.data()), size, bytes.size()));
  return bytes;
}

// Numbers that lie: sizes, counts and offsets of nothing, of one, and of the ends of their range.
void lie(std::string& data, std::minstd_rand& random) {
  constexpr std::uint32_t kLies[] = {0,      1,      0x7f,       0x80,       0xff,      0x7fff,
                                     0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
  const std::size_t width = std::size_t{1} << random() % 3;
  if (data.size() < width) return;
  const std::size_t at = random() % (data.size() - width + 1);
  const std::uint32_t value = kLies[random() % std::size(kLies)];
  const bool big = random() % 2 == 0;
  for (std::size_t i = 0; i < width; ++i)
    data[at + i] = static_cast<char>(value >> 8 * (big ? width - 1 - i : i));
}

void change(std::vector<Part>& parts, std::minstd_rand& random) {
  const std::size_t one = random() % parts.size();
  const std::size_t other = random() % parts.size();
  switch (random() % 8) {
    case 0: parts.erase(parts.begin() + static_cast<std::ptrdiff_t>(one)); break;
    case 1:
      parts.insert(parts.begin() + static_cast<std::ptrdiff_t>(other), Part(parts[one]));
      break;
    case 2: std::swap(parts[one], parts[other]); break;
    case 3: parts.resize(one + 1); break;
    case 4:
    case 5: lie(parts[one].data, random); break;
    default: parts[one].data = mutated(std::move(parts[one].data)); break;
  }
}

}  // namespace

extern "C" int LLVMFuzzerInitialize(int* /*count*/, char*** /*arguments*/) {
  hold(start_vips().has_value());
  return 0;
}

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed) {
  std::minstd_rand random(seed);
  auto input = text_of(data, size);
  choose(input, 1);
  PictureFile file = take_apart(input);
  if (size < 2 || file.parts.empty() || random() % 8 == 0)
    return LLVMFuzzerMutate(data, size, max_size);
  if (random() % 16 == 0) data[0] = static_cast<std::uint8_t>(random());
  for (std::size_t left = 1 + random() % 3; left > 0 && !file.parts.empty(); --left)
    change(file.parts, random);
  const std::string made = put_together(file);
  const std::size_t kept = std::min(made.size(), max_size - 1);
  std::copy_n(made.begin(), kept, data + 1);
  return 1 + kept;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = text_of(data, size);
  const std::size_t chosen = choose(input, 16);
  const Spec spec{.box = kBoxes[chosen % 4], .format = kFormats[chosen / 4]};
  // Small enough that a bomb cannot be told from a hang.
  static const likeness::ImagingSettings settings{.max_source_bytes = 256 * likeness::kKiB,
                                                  .max_pixels = 1'000'000};
  const Job job{.source = likeness::share(std::string(input)), .wanted = {spec}, .sketch = true};
  const auto rendered = render(job, settings);
  if (!rendered) return 0;
  hold(rendered->pictures.size() == 1 && rendered->sketch.has_value());
  const Picture& picture = rendered->pictures[0];
  hold(picture.size.width > 0 && picture.size.height > 0 && !picture.bytes->empty());
  hold(picture.format == spec.format);
  if (spec.box.width > 0)
    hold(picture.size.width <= spec.box.width && picture.size.height <= spec.box.height);
  return 0;
}
