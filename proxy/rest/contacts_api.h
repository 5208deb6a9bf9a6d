#ifndef LIKENESS_PROXY_REST_CONTACTS_API_H_
#define LIKENESS_PROXY_REST_CONTACTS_API_H_

#include <string_view>

#include "config/settings.h"
#include "proxy/answer/exchange.h"
#include "proxy/http/message.h"
#include "proxy/rest/callers.h"
#include "proxy/rest/ports.h"
#include "proxy/rest/resource.h"

namespace likeness::rest {

// The Outlook Contacts REST API over the embedded store, on one loop. A request becomes an
// operation, the store's thread does it, and the answer says what came of it; a write is answered
// when it is on the disk and no photo is cached any more under a name that it took or gave.
//
// Loop-confined. Outlives the exchanges that it has been given.
class ContactsApi {
 public:
  // `ports` and `callers` outlive the API.
  ContactsApi(const Ports& ports, const Callers& callers, const Settings& settings)
      : ports_(ports), callers_(callers), max_id_bytes_(settings.photo.max_id_bytes) {}

  // Takes the exchange, and answers now or later, if the URL is of the API and no photo's; else
  // false, and `exchange` is untouched.
  [[nodiscard]] bool handle(const http::Request& request, Exchange& exchange);

 private:
  void perform(const http::Request& request, Resource resource, Exchange exchange);

  const Ports& ports_;
  const Callers& callers_;
  const std::size_t max_id_bytes_;
};

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_CONTACTS_API_H_
