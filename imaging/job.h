#ifndef LIKENESS_IMAGING_JOB_H_
#define LIKENESS_IMAGING_JOB_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/base/bytes.h"
#include "imaging/spec.h"

namespace likeness::imaging {

// A picture as it comes from a worker: encoded, upright, sRGB, without metadata.
struct Picture {
  SharedBytes bytes = nullptr;
  Size size;
  Format format = Format::jpeg;
};

// What a source picture is, read from its header and its orientation tag.
struct SourceInfo {
  Size size;                 // Upright: EXIF orientation is applied.
  std::string content_type;  // Of the source itself: "image/heic".
};

// A picture that is drawn and not decoded, for a contact without a photo: initials on a coloured
// ground, or a silhouette.
struct Drawing {
  // Grapheme clusters in reading order, at most kMaxInitials of at most kMaxInitialBytes; none, or
  // one that no font has, is a silhouette.
  std::vector<std::string> initials = {};
  int colour = 0;  // Index of the ground (imaging/palette.h).
  friend bool operator==(const Drawing&, const Drawing&) = default;
};
inline constexpr std::size_t kMaxInitials = 2;
inline constexpr std::size_t kMaxInitialBytes = 32;

// What a page can show before the picture has come: a few bytes of it.
struct Sketch {
  std::string thumbhash;                    // ThumbHash (evanw.github.io/thumbhash), binary.
  std::array<std::uint8_t, 3> colour = {};  // The dominant one, sRGB.
  std::string preview;                      // WebP of at most kPreviewEdge pixels an edge.
};
inline constexpr std::size_t kMaxThumbhashBytes = 32;
inline constexpr std::size_t kMaxPreviewBytes = 480;

// One job: one source, decoded as few times as possible, and what to make of it.
struct Job {
  SharedBytes source = nullptr;   // Null with a drawing.
  std::vector<Spec> wanted = {};  // May be empty: then the job only reads the header.
  // Also make a master of this longest edge, if the source is larger (JPEG, or PNG where the source
  // has alpha); 0 for none.
  int master_edge = 0;
  bool sketch = false;                  // Also make a sketch of the source.
  std::optional<Drawing> drawing = {};  // Draw this; there is no source then.
};

struct Rendered {
  SourceInfo info;
  std::vector<Picture> pictures = {};  // One for each wanted spec, in order.
  std::optional<Picture> master = {};
  std::optional<Sketch> sketch = {};
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_JOB_H_
