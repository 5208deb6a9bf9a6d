#include "proxy/shared_pool.h"

#include <utility>

#include "proxy/telemetry/log.h"

namespace likeness {

SharedPool::SharedPool(Loop& home, const ImagingSettings& settings, const std::string& executable,
                       imaging::Pool::OnStart on_start)
    : home_(home) {
  if (!settings.sandbox)
    log::warn("imaging.sandbox is false: a hole in an image decoder is a hole in this machine");
  pool_.emplace(home, settings, executable, std::move(on_start));
}

std::function<void(imaging::Job, imaging::Pool::Done)> SharedPool::renderer(Loop& here) {
  return [this, &here](imaging::Job job, imaging::Pool::Done done) {
    render(here, std::move(job), std::move(done));
  };
}

void SharedPool::render(Loop& here, imaging::Job job, imaging::Pool::Done done) {
  // Stopped meanwhile: nobody waits any more.
  if (&home_ == &here) return pool_ ? pool_->submit(std::move(job), std::move(done)) : void();
  home_.post([this, &here, job = std::move(job), done = std::move(done)]() mutable {
    if (!pool_) return;
    pool_->submit(std::move(job), [&here, done = std::move(done)](auto result) mutable {
      here.post([done = std::move(done), result = std::move(result)]() mutable {
        done(std::move(result));
      });
    });
  });
}

}  // namespace likeness
