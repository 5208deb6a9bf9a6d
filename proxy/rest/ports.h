#ifndef LIKENESS_PROXY_REST_PORTS_H_
#define LIKENESS_PROXY_REST_PORTS_H_

#include <functional>
#include <string>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "imaging/pool.h"
#include "proxy/contacts/store_thread.h"
#include "proxy/http/message.h"
#include "proxy/photo/service.h"

namespace likeness::rest {

// What the embedded store's face on one loop works with. All of it outlives the face.
// Loop-confined.
struct Ports {
  Loop& loop;
  contacts::StoreThread& store;
  // Makes every cache forget these photos, the CDN too, and calls back on `loop`, on a later turn.
  std::function<void(std::vector<std::string> photos, photo::Service::Forgotten done)>
      forget_photos;
  // Renders and calls back on `loop`.
  std::function<void(imaging::Job, imaging::Pool::Done)> render;

  // The caches are about to go, and are asked nothing any more.
  bool leaving = false;

  // Makes every cache forget photos that have changed, and then runs `done`, on a later turn. Once
  // `leaving` drops it instead.
  void forget(std::vector<std::string> names, Loop::Task done) const;
};

// How large a body the store's URLs take; 0 for those that take none.
[[nodiscard]] std::size_t body_limit(const ContactsSettings& settings, http::Method method,
                                     std::string_view path);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_PORTS_H_
