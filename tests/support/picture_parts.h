#ifndef LIKENESS_TESTS_SUPPORT_PICTURE_PARTS_H_
#define LIKENESS_TESTS_SUPPORT_PICTURE_PARTS_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace likeness::test {

// The parts that a picture file is put together of, so that one of them can be changed while the
// lengths and checksums around it stay right: PNG's and WebP's chunks, JPEG's segments, the boxes
// of AVIF and HEIC, GIF's blocks, the entries of a TIFF's first directory.

enum class Container : std::uint8_t { png, jpeg, webp, boxes, gif, tiff, unknown };

struct Part {
  std::string tag;  // Type or marker; empty: the data stands in the file as it is.
  std::string data;
};

struct PictureFile {
  Container container = Container::unknown;
  std::string start;  // What stands before the first part.
  std::vector<Part> parts;
  std::string rest;  // What is no part any more.
};

// Of an unknown container, or a broken one from there on, all is in `rest`.
[[nodiscard]] PictureFile take_apart(std::string_view bytes);

// The file with right lengths and checksums, whatever the parts are by now.
[[nodiscard]] std::string put_together(const PictureFile& file);

}  // namespace likeness::test

#endif  // LIKENESS_TESTS_SUPPORT_PICTURE_PARTS_H_
