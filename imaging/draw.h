#ifndef LIKENESS_IMAGING_DRAW_H_
#define LIKENESS_IMAGING_DRAW_H_

#include "config/base/error.h"
#include "config/settings.h"
#include "imaging/fonts.h"
#include "imaging/job.h"
#include "imaging/raster.h"

namespace likeness::imaging {

// A drawing in exactly that size: white initials, or the outline of head and shoulders, on its
// ground. What matters stands within the inscribed circle, since pages show faces round.
[[nodiscard]] Raster draw(const Drawing& drawing, Size size, Fonts& fonts);

// A job whose pictures are drawn; as render() otherwise (imaging/render.h). Each has the size of
// its box, whatever fit, and all of a job have one. Errors: bad_request (a box past
// max_output_edge, none, or several), internal.
// REQUIRES: job.drawing.
[[nodiscard]] Result<Rendered> render_drawing(const Job& job, const ImagingSettings& settings,
                                              Fonts& fonts);

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_DRAW_H_
