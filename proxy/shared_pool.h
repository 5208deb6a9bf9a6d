#ifndef LIKENESS_PROXY_SHARED_POOL_H_
#define LIKENESS_PROXY_SHARED_POOL_H_

#include <functional>
#include <optional>
#include <string>

#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/pool.h"

namespace likeness {

// The imaging workers, for all loops: they hang on one of them, and the others send their jobs
// there and get the results back.
//
// Confined to that loop, its home, but for renderer(), whose functions belong to the loop that they
// are made for. Outlives all of these.
class SharedPool {
 public:
  // As imaging::Pool.
  SharedPool(Loop& home, const ImagingSettings& settings, const std::string& executable,
             imaging::Pool::OnStart on_start);
  SharedPool(const SharedPool&) = delete;
  SharedPool& operator=(const SharedPool&) = delete;

  // A function that renders and calls back on `here`, on whose thread it is called. After stop() it
  // drops its callback.
  [[nodiscard]] std::function<void(imaging::Job, imaging::Pool::Done)> renderer(Loop& here);

  // Ends the workers, and drops what is under way.
  void stop() { pool_.reset(); }

  // REQUIRES: not stopped.
  [[nodiscard]] imaging::PoolStats stats() const { return pool_->stats(); }

 private:
  void render(Loop& here, imaging::Job job, imaging::Pool::Done done);

  Loop& home_;
  std::optional<imaging::Pool> pool_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_SHARED_POOL_H_
