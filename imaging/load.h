#ifndef LIKENESS_IMAGING_LOAD_H_
#define LIKENESS_IMAGING_LOAD_H_

#include <string_view>

#include "config/base/error.h"
#include "imaging/raster.h"
#include "imaging/sniff.h"

namespace likeness::imaging {

// Sources that are no JPEGs, by libvips. The loader is named by the sniffed format, so no other one
// can be talked into reading the bytes; of several pages only the first (the primary one of a HEIC)
// is read.

struct LoadedHeader {
  Size size;  // As stored.
  int orientation = 1;
};

[[nodiscard]] Result<LoadedHeader> load_header(SourceFormat format, std::string_view bytes);

// The pixels in sRGB (grey, rgb or rgba), reduced on the way to not less than twice `scale` (1 is
// the stored size), so that a large picture never stands in memory whole for a small answer.
[[nodiscard]] Result<Decoded> load(SourceFormat format, std::string_view bytes, double scale);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_LOAD_H_
