#ifndef LIKENESS_IMAGING_POOL_H_
#define LIKENESS_IMAGING_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/base/bytes.h"
#include "config/base/error.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/spec.h"

namespace likeness::imaging {

// A picture as it comes from a worker: encoded, upright, sRGB, without metadata.
struct Picture {
  SharedBytes bytes;
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
  std::vector<Spec> wanted;  // May be empty: then the job only reads the header.
  // Also make a master of this longest edge, if the source is larger (JPEG, or PNG where the source
  // has alpha); 0 for none.
  int master_edge = 0;
};

struct Rendered {
  SourceInfo info;
  std::vector<Picture> pictures;  // One for each wanted spec, in order.
  std::optional<Picture> master;
};

struct PoolStats {
  int workers = 0;
  int busy = 0;
  int queued = 0;
  std::uint64_t jobs = 0;
  std::uint64_t crashes = 0;   // Workers that died of themselves.
  std::uint64_t timeouts = 0;  // Workers killed at a job's deadline.
  std::uint64_t recycled = 0;
};

// A Pool keeps worker processes that decode, resize and encode pictures (imaging/worker.h), so that
// a decoder's crash, bug or bomb costs one job and not the server. Each worker does one job at a
// time; jobs wait in a bounded queue. A worker that dies or passes the deadline fails its job and
// is replaced; so is one that has served its time or grown too large.
//
// Errors of submit(): bad_source (no picture of an allowed format, damaged, or it crashed the
// worker), source_too_large (bytes, pixels, or the job's time), overloaded (queue full),
// shutting_down, internal.
//
// Loop-confined: construct, use and destroy it on one loop. Destruction kills the workers and drops
// what is queued without calling back.
class Pool {
 public:
  using Done = std::move_only_function<void(Result<Rendered>)>;

  // `executable` is started with the arguments {"imaging-worker"} and must call run_worker().
  // Throws std::system_error if no worker can be started at all.
  Pool(Loop& loop, const ImagingSettings& settings, std::string executable);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Calls `done` exactly once, never before submit() returns, unless the pool is destroyed first.
  void submit(Job job, Done done);

  [[nodiscard]] PoolStats stats() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace likeness::imaging

#endif  // LIKENESS_IMAGING_POOL_H_
