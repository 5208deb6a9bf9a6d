#ifndef LIKENESS_PROXY_PHOTO_SKETCH_H_
#define LIKENESS_PROXY_PHOTO_SKETCH_H_

#include "cache/record.h"
#include "imaging/job.h"

namespace likeness::photo {

// Writes a worker's sketch of a photo into its meta, as text that can stand in JSON.
void add_sketch(cache::Meta& meta, const imaging::Sketch& sketch);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_SKETCH_H_
