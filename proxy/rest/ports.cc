#include "proxy/rest/ports.h"

#include <utility>

#include "proxy/photo/id.h"
#include "proxy/rest/resource.h"
#include "proxy/telemetry/log.h"

namespace likeness::rest {

void Ports::forget(std::vector<std::string> names, Loop::Task done) const {
  if (leaving) return;
  forget_photos(std::move(names), [done = std::move(done)](const Result<void>& told) mutable {
    // This process does not believe the store till then, and what was written is safe.
    if (!told)
      log::warn("contacts: other caches are told of a change later: {}", told.error().detail);
    done();
  });
}

std::size_t body_limit(const ContactsSettings& settings, http::Method method,
                       std::string_view path) {
  using http::Method;
  if (method == Method::put) return settings.max_photo_bytes;
  if (method != Method::post && method != Method::patch) return 0;
  const bool ours = parse_resource(path, photo::PhotoId::kMaxBytes).has_value();
  return ours ? settings.max_body_bytes : 0;
}

}  // namespace likeness::rest
