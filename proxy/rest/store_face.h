#ifndef LIKENESS_PROXY_REST_STORE_FACE_H_
#define LIKENESS_PROXY_REST_STORE_FACE_H_

#include <utility>

#include "config/settings.h"
#include "proxy/proof/tokens.h"
#include "proxy/rest/callers.h"
#include "proxy/rest/contacts_api.h"
#include "proxy/rest/photo_uploads.h"
#include "proxy/rest/ports.h"

namespace likeness::rest {

// The embedded contact store's face on one loop: what its URLs do, and the parts that do it.
// `tokens` and `settings` outlive it. Loop-confined.
struct StoreFace {
  StoreFace(Ports with, const proof::Tokens& tokens, const Settings& settings)
      : ports(std::move(with)),
        callers(tokens, settings),
        api(ports, callers, settings),
        uploads(ports, callers) {}
  StoreFace(const StoreFace&) = delete;
  StoreFace& operator=(const StoreFace&) = delete;

  Ports ports;
  Callers callers;
  ContactsApi api;
  PhotoUploads uploads;
};

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_STORE_FACE_H_
