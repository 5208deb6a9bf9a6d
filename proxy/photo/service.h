#ifndef LIKENESS_PROXY_PHOTO_SERVICE_H_
#define LIKENESS_PROXY_PHOTO_SERVICE_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/memory_cache.h"
#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/photo/ask.h"
#include "proxy/photo/flights.h"

namespace likeness::photo {

// The photo service of the whole process: answers from memory on any loop, and sends what memory
// does not have to the one loop that owns the photo, so that all who ask for it meet in one flight
// without a lock.
//
// Thread-safe; what it is given outlives it.
class Service {
 public:
  struct Home {
    Loop* loop;
    Flights* flights;
  };

  Service(cache::MemoryCache& memory, const FreshnessSettings& freshness, std::vector<Home> homes)
      : memory_(memory), freshness_(freshness), homes_(std::move(homes)) {}

  // The answer, if memory has a fresh one. Does not allocate.
  [[nodiscard]] std::optional<Outcome> find(std::string_view photo, const Ask& ask) const;

  // Calls `done` exactly once, on `here`, the loop that the caller is on; before get() returns only
  // if that loop owns the photo and memory has the answer by now.
  void get(Loop& here, std::string photo, const Ask& ask, Flights::Done done);

  // The photo has changed or is to be forgotten: drops it from memory and from flights under way.
  // From any thread; done when every loop has seen it.
  void forget(const std::string& photo);

 private:
  [[nodiscard]] const Home& home_of(std::string_view photo) const;

  cache::MemoryCache& memory_;
  FreshnessSettings freshness_;
  std::vector<Home> homes_;
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_SERVICE_H_
