#ifndef LIKENESS_IMAGING_JOB_H_
#define LIKENESS_IMAGING_JOB_H_

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

// One job: one source, decoded as few times as possible, and what to make of it.
struct Job {
  SharedBytes source;
  std::vector<Spec> wanted = {};  // May be empty: then the job only reads the header.
  // Also make a master of this longest edge, if the source is larger (JPEG, or PNG where the source
  // has alpha); 0 for none.
  int master_edge = 0;
};

struct Rendered {
  SourceInfo info;
  std::vector<Picture> pictures = {};  // One for each wanted spec, in order.
  std::optional<Picture> master;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_JOB_H_
