#ifndef LIKENESS_IMAGING_RENDER_H_
#define LIKENESS_IMAGING_RENDER_H_

#include "config/base/error.h"
#include "config/settings.h"
#include "imaging/job.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// Does one job in this process, start to end: what a worker does for the pool. The source's header
// is read and judged first; only what passes the limits is decoded, once, no larger than the
// largest asked picture needs. Errors: bad_source, source_too_large, bad_request (a box past
// max_output_edge), internal.
//
// A box of {0, 0} is bounded by max_pixels alone, since it can never exceed the source.
// REQUIRES: start_vips() has succeeded.
[[nodiscard]] Result<Rendered> render(const Job& job, const ImagingSettings& settings);

// The last step of it: an upright sRGB picture, encoded as the spec says in its own size.
[[nodiscard]] Result<Picture> encode_picture(Raster raster, const Spec& spec,
                                             const ImagingSettings& settings);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_RENDER_H_
