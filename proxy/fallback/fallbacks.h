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
#include "proxy/fallback/names.h"
#include "proxy/http/message.h"

namespace likeness::fallback {

// A picture to stand in for a photo: what it shows, and in which size and format. Its key names it
// in memory; contacts of the same initials and ground share it.
struct StandIn {
  std::string key;  // Empty as long as nobody has said what the contact is called.
  imaging::Job job;
  std::string photo = {};  // Set where the key is empty: the contact to ask about.
};

// The fallbacks of one loop: pictures for those who have no photo, drawn by the imaging workers,
// kept in a memory of their own, and drawn once for all who wait on this loop.
//
// Loop-confined. Destruction drops those who wait.
class Fallbacks {
 public:
  using Render = std::function<void(imaging::Job, imaging::Pool::Done)>;
  using Done = std::move_only_function<void(Result<cache::PicturePtr>)>;

  // All of it outlives the fallbacks; what calls back does so on this loop.
  struct Ports {
    cache::MemoryCache& memory;  // Shared with the fallbacks of other loops, and with nothing else.
    const Images& images;
    Render render;
    Names::Ask ask_name;  // Null where nobody knows names.
  };

  // `names_kept`: how long a contact's name is believed. Throws std::runtime_error where a route's
  // default is an image that there is not.
  Fallbacks(Ports ports, const FallbackSettings& settings, seconds names_kept);

  // Does fallback= of the URL, or the route's default, name something that there is?
  [[nodiscard]] bool known(const http::Request& request, const dialects::Call& call) const;

  // What stands in for the photo that the call asks for and that fails like this; nothing where the
  // failure is to be told instead. REQUIRES: known().
  [[nodiscard]] std::optional<StandIn> stand_in(const http::Request& request,
                                                const dialects::Call& call, Errc failure,
                                                Clock::time_point now) const;

  // The picture, if memory has it.
  [[nodiscard]] cache::PicturePtr find(const StandIn& wanted) const;

  // Makes it and remembers it. Calls `done` exactly once, never before make() returns.
  void make(StandIn wanted, Clock::time_point now, Done done);

 private:
  void draw(StandIn wanted, Done done);
  void made(const std::string& key, Result<imaging::Rendered> result);
  [[nodiscard]] bool known(std::string_view name) const;
  [[nodiscard]] std::string_view choice(const http::Request& request,
                                        const dialects::Call& call) const;

  cache::MemoryCache& memory_;
  const Images& images_;
  const FallbackSettings& settings_;
  Render render_;
  Names names_;
  std::unordered_map<std::string, std::vector<Done>> waiting_;
};

}  // namespace likeness::fallback

#endif  // LIKENESS_PROXY_FALLBACK_FALLBACKS_H_
