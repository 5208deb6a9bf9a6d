#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <string>

#include "imaging/pool.h"
#include "tests/support/images.h"
#include "tests/support/picture_parts.h"
#include "tests/support/test_loop.h"

// Thousands of hostile files, made here, through real workers in their sandbox: none crashes one,
// none passes its time, none makes one grow past a bound, and each is answered with a picture of
// the promised size or with the right error.

namespace likeness::imaging {
namespace {

using test::Part;
using test::PictureFile;

// Of a worker, in KiB. Decoding 50 megapixels takes 150 MB; AddressSanitizer keeps 256 MB of freed
// memory, and its shadow comes on top.
#if defined(__SANITIZE_ADDRESS__)
constexpr long kMostMemory = 1'024 * 1'024;
#else
constexpr long kMostMemory = 256 * 1'024;
#endif

struct Hostile {
  std::string what;
  std::string bytes;
};
using Corpus = std::vector<Hostile>;

constexpr const char* kFormats[] = {".jpg",
                                    ".jpg[interlace]",
                                    ".png",
                                    ".png[interlace]",
                                    ".webp",
                                    ".webp[lossless]",
                                    ".gif",
                                    ".tif",
                                    ".tif[compression=deflate,tile]",
                                    ".avif",
                                    ".heic"};

std::string whole(const char* format) { return test::save(test::photo(1, {120, 90}), format); }

void add_truncations(Corpus& corpus) {
  constexpr std::size_t kCuts = 60;
  for (const char* format : kFormats) {
    const std::string bytes = whole(format);
    for (std::size_t part = 0; part < kCuts; ++part)
      corpus.push_back(
          {std::string(format) + " truncated", bytes.substr(0, bytes.size() * part / kCuts)});
  }
}

void add_flipped_bits(Corpus& corpus, std::minstd_rand& random) {
  for (const char* format : kFormats) {
    const std::string bytes = whole(format);
    for (int i = 0; i < 180; ++i) {
      std::string flipped = bytes;
      // Half of them near the start, where the numbers are.
      const std::size_t reach =
          i % 2 == 0 ? std::min<std::size_t>(200, bytes.size()) : bytes.size();
      for (int k = 0; k < 1 + i % 4; ++k) {
        char& byte = flipped[random() % reach];
        byte = static_cast<char>(byte ^ 1 << random() % 8);
      }
      corpus.push_back({std::string(format) + " with flipped bits", std::move(flipped)});
    }
  }
}

// Numbers that lie: sizes, counts and offsets of nothing, of one, and of the ends of their range.
void lie(std::string& data, std::minstd_rand& random) {
  constexpr std::uint32_t kLies[] = {0,      1,          0x7fff,     0x8000,
                                     0xffff, 0x7fffffff, 0x80000000, 0xffffffff};
  const std::size_t width = std::size_t{1} << random() % 3;
  if (data.size() < width) return;
  const std::size_t at = random() % std::min<std::size_t>(data.size() - width + 1, 64);
  const std::uint32_t value = kLies[random() % std::size(kLies)];
  for (std::size_t i = 0; i < width; ++i)
    data[at + i] = static_cast<char>(value >> 8 * (width - 1 - i));
}

// Right lengths and checksums around parts that are missing, repeated, exchanged or that lie.
void add_lying_structures(Corpus& corpus, std::minstd_rand& random) {
  for (const char* format : kFormats) {
    const PictureFile file = test::take_apart(whole(format));
    if (file.parts.empty()) throw std::logic_error("a picture without parts");
    for (int i = 0; i < 220; ++i) {
      PictureFile changed = file;
      std::vector<Part>& parts = changed.parts;
      const auto one = static_cast<std::ptrdiff_t>(random() % parts.size());
      const auto other = static_cast<std::ptrdiff_t>(random() % parts.size());
      switch (i % 6) {
        case 0: parts.erase(parts.begin() + one); break;
        case 1:
          parts.insert(parts.begin() + other, 50, Part(parts[static_cast<std::size_t>(one)]));
          break;
        case 2:
          std::swap(parts[static_cast<std::size_t>(one)], parts[static_cast<std::size_t>(other)]);
          break;
        default: lie(parts[static_cast<std::size_t>(one)].data, random); break;
      }
      corpus.push_back({std::string(format) + " with a lying structure", put_together(changed)});
    }
  }
}

std::string big_endian(std::uint32_t value, std::size_t width) {
  std::string bytes;
  for (std::size_t i = 0; i < width; ++i) bytes += static_cast<char>(value >> 8 * (width - 1 - i));
  return bytes;
}

// A part of the file with other bytes at a place in it.
std::string with_bytes(const char* format, std::string_view tag, std::size_t at,
                       const std::string& bytes) {
  PictureFile file = test::take_apart(whole(format));
  const auto part = std::ranges::find(file.parts, tag, &Part::tag);
  if (part == file.parts.end()) throw std::logic_error("no such part");
  part->data.replace(at, bytes.size(), bytes);
  return put_together(file);
}

std::string with_part(const char* format, std::size_t place, const Part& part, std::size_t times) {
  PictureFile file = test::take_apart(whole(format));
  file.parts.insert(file.parts.begin() + static_cast<std::ptrdiff_t>(place), times, part);
  return put_together(file);
}

// Sizes of nothing, of more than there is, and of more than anybody has memory for.
void add_lying_sizes(Corpus& corpus) {
  for (const std::uint32_t edge : {0U, 1U, 121U, 7'000U, 65'535U}) {
    const std::string two = big_endian(edge, 2);
    corpus.push_back({"PNG of another width", with_bytes(".png", "IHDR", 0, big_endian(edge, 4))});
    corpus.push_back({"PNG of another height", with_bytes(".png", "IHDR", 4, big_endian(edge, 4))});
    corpus.push_back({"PNG of another size",
                      with_bytes(".png", "IHDR", 0, big_endian(edge, 4) + big_endian(edge, 4))});
    for (const char* format : {".jpg", ".jpg[interlace]"}) {
      std::string bytes = whole(format);
      const auto frame = bytes.find(format[4] == 0 ? "\xff\xc0" : "\xff\xc2");
      if (frame == std::string::npos) throw std::logic_error("no start of frame");
      corpus.push_back({"JPEG of another height", bytes.replace(frame + 5, 2, two)});
      corpus.push_back({"JPEG of another size", bytes.replace(frame + 7, 2, two)});
    }
    std::string gif = whole(".gif");
    const std::string little{two[1], two[0]};
    corpus.push_back({"GIF of another screen", gif.replace(6, 4, little + little)});
  }
  for (const std::uint32_t edge : {0U, 0x7fffffffU, 0xffffffffU})
    corpus.push_back({"PNG beyond all measure",
                      with_bytes(".png", "IHDR", 0, big_endian(edge, 4) + big_endian(edge, 4))});
}

// Small files that ask for much.
void add_bombs(Corpus& corpus) {
  VipsImage* black = nullptr;
  if (vips_black(&black, 60'000, 60'000, nullptr) != 0) throw std::runtime_error("vips_black");
  corpus.push_back(
      {"1-bit PNG of 60000x60000", test::save(Image(black), ".png[bitdepth=1,compression=1]")});
  corpus.push_back({"PNG with 20,000 comments", with_part(".png", 1, {"tEXt", "a\0b"}, 20'000)});
  corpus.push_back({"PNG with a profile of nothing", with_part(".png", 1, {"iCCP", "x"}, 1)});
  corpus.push_back(
      {"JPEG with 1,000 segments", with_part(".jpg", 1, {"\xe1", std::string(60'000, 'E')}, 300)});
  corpus.push_back(
      {"JPEG with an Exif of noughts",
       with_part(".jpg", 1, {"\xe1", std::string("Exif\0\0", 6) + std::string(60'000, '\0')}, 1)});
  const std::string profile = std::string("ICC_PROFILE\0\1\1", 14) + std::string(60'000, '\xff');
  corpus.push_back(
      {"JPEG with a huge broken profile", with_part(".jpg", 1, {"\xe2", profile}, 250)});
  VipsImage* film = nullptr;
  if (vips_black(&film, 40, 40 * 100, "bands", 3, nullptr) != 0)
    throw std::runtime_error("vips_black");
  const Image frames = then(Image(film), vips_copy, "interpretation", VIPS_INTERPRETATION_sRGB);
  vips_image_set_int(frames.get(), VIPS_META_PAGE_HEIGHT, 40);
  for (const char* format : {".gif", ".tif", ".webp"})
    corpus.push_back({std::string("100 frames") + format, test::save(frames, format)});
  // A TIFF whose directories lead back to the first one, and one of thousands that lead on.
  std::string circle = whole(".tif");
  for (int i = 0; i < 64; ++i) {
    std::string nested = circle;
    // Pointers to directories stand near the end; some of these hit one.
    const std::size_t at = nested.size() - 4 * static_cast<std::size_t>(i + 1);
    nested.replace(at, 4, std::string("\x08\0\0\0", 4));
    corpus.push_back({"TIFF with a directory in a circle", std::move(nested)});
  }
}

// Files that are two things at once: whoever sniffs otherwise than we do sees the other one.
void add_polyglots(Corpus& corpus) {
  const std::string others[] = {"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n",
                                "PK\x03\x04\x14\0\0\0\0\0",
                                "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>",
                                "<html><script>alert(1)</script></html>",
                                "#!/bin/sh\necho\n",
                                "GIF89a=1;/*",
                                std::string(70'000, '\0')};
  for (const char* format : kFormats) {
    const std::string bytes = whole(format);
    for (const std::string& other : others) {
      corpus.push_back({std::string(format) + " before another file", bytes + other});
      corpus.push_back({std::string(format) + " behind another file", other + bytes});
      corpus.push_back(
          {std::string(format) + " around another file",
           bytes.substr(0, bytes.size() / 2) + other + bytes.substr(bytes.size() / 2)});
    }
    for (const char* second : kFormats) {
      corpus.push_back({std::string(format) + " before " + second, bytes + whole(second)});
      corpus.push_back(
          {std::string(format) + " with the start of " + second,
           whole(second).substr(0, 24) + bytes.substr(std::min<std::size_t>(24, bytes.size()))});
    }
  }
}

Corpus make_corpus() {
  std::minstd_rand random(7);
  Corpus corpus;
  add_truncations(corpus);
  add_flipped_bits(corpus, random);
  add_lying_structures(corpus, random);
  add_lying_sizes(corpus);
  add_bombs(corpus);
  add_polyglots(corpus);
  return corpus;
}

// The most memory that a worker of this process has had, in KiB.
long peak_of_workers() {
  long peak = 0;
  std::ifstream children("/proc/self/task/" + std::to_string(::getpid()) + "/children");
  for (long pid = 0; children >> pid;) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string line; std::getline(status, line);)
      if (line.starts_with("VmHWM:")) peak = std::max(peak, std::stol(line.substr(6)));
  }
  return peak;
}

// Empty if the answer is right.
std::string wrong_with(const Result<Rendered>& answer, const Spec& spec) {
  if (!answer) {
    const Errc code = answer.error().code;
    const bool right = code == Errc::bad_source || code == Errc::source_too_large;
    return right ? std::string() : std::string("answered ").append(name(code));
  }
  if (answer->pictures.size() != 1) return "not one picture";
  const Picture& picture = answer->pictures[0];
  if (picture.size != output_size(answer->info.size, spec)) return "another size than promised";
  if (test::look_at(*picture.bytes).size != picture.size) return "a picture of another size";
  return {};
}

TEST_CASE("thousands of hostile files harm nothing", "[hostile]") {
  test::need_vips();
  const Spec spec{.box = {48, 48}};
  const Corpus corpus = make_corpus();
  REQUIRE(corpus.size() >= 5'000);
  test::TestLoop loop;
  ImagingSettings settings;
  settings.workers = 2;
  settings.max_queued = 64;
  // Nobody is replaced, so that a leak would show.
  settings.recycle_after_jobs = 1'000'000;
  settings.recycle_after_bytes = settings.max_worker_bytes;
  Pool pool(loop, settings, LIKENESS_TEST_WORKER);
  std::size_t sent = 0;
  std::size_t answered = 0;
  std::map<std::string, int> outcomes;
  const auto submit = [&] {
    const Hostile& file = corpus[sent++];
    pool.submit({.source = share(file.bytes), .wanted = {spec}, .sketch = true},
                [&, &what = file.what](const Result<Rendered>& answer) {
                  ++answered;
                  ++outcomes[answer ? "picture" : std::string(name(answer.error().code))];
                  if (const auto wrong = wrong_with(answer, spec); !wrong.empty())
                    FAIL_CHECK(what << ": " << wrong);
                });
  };
  REQUIRE(loop.run_until(
      [&] {
        while (sent < corpus.size() && sent - answered < 32) submit();
        return answered == corpus.size();
      },
      std::chrono::seconds(200)));
  const PoolStats stats = pool.stats();
  CHECK(stats.crashes == 0);
  CHECK(stats.timeouts == 0);
  CHECK(stats.recycled == 0);
  const long peak = peak_of_workers();
  std::cout << corpus.size() << " hostile files:";
  for (const auto& [outcome, count] : outcomes) std::cout << ' ' << count << ' ' << outcome << ',';
  std::cout << " most memory of a worker " << peak / 1'024 << " MiB\n";
  CHECK(peak < kMostMemory);
}

}  // namespace
}  // namespace likeness::imaging
