#ifndef LIKENESS_PROXY_FALLBACK_FALLBACKS_H_
#define LIKENESS_PROXY_FALLBACK_FALLBACKS_H_

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cache/memory_cache.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "proxy/dialects/call.h"
#include "proxy/fallback/images.h"
#include "proxy/http/message.h"

namespace likeness::fallback {

// A picture to stand in for a photo: what it shows, and in which size and format. Its key names it
// in memory; contacts of the same initials and ground share it.
struct StandIn {
  std::string key;
  imaging::Job job;
};

// The fallbacks of one loop: pictures for those who have no photo, drawn by the imaging workers,
// kept in the memory cache among the photos, and drawn once for all who wait on this loop.
//
// Loop-confined. Destruction drops those who wait.
class Fallbacks {
 public:
  using Render = std::function<void(imaging::Job, imaging::Pool::Done)>;
  using Done = std::move_only_function<void(Result<cache::PicturePtr>)>;

  // `render` calls back on this loop. All of it outlives the fallbacks. Throws std::runtime_error
  // where a route's default is an image that there is not.
  Fallbacks(cache::MemoryCache& memory, const Images& images, const FallbackSettings& settings,
            Render render);

  // Does fallback= of the URL, or the route's default, name something that there is?
  [[nodiscard]] bool known(const http::Request& request, const dialects::Call& call) const;

  // What stands in for the photo that the call asks for and that fails like this; nothing where the
  // failure is to be told instead. REQUIRES: known().
  [[nodiscard]] std::optional<StandIn> stand_in(const http::Request& request,
                                                const dialects::Call& call, Errc failure) const;

  // The picture, if memory has it.
  [[nodiscard]] cache::PicturePtr find(const StandIn& wanted) const;

  // Makes it and remembers it. Calls `done` exactly once, never before make() returns.
  void make(StandIn wanted, Done done);

 private:
  void made(const std::string& key, Result<imaging::Rendered> result);
  [[nodiscard]] bool known(std::string_view name) const;
  [[nodiscard]] std::string_view choice(const http::Request& request,
                                        const dialects::Call& call) const;

  cache::MemoryCache& memory_;
  const Images& images_;
  const FallbackSettings& settings_;
  Render render_;
  std::unordered_map<std::string, std::vector<Done>> waiting_;
};

}  // namespace likeness::fallback

#endif  // LIKENESS_PROXY_FALLBACK_FALLBACKS_H_
