#ifndef LIKENESS_PROXY_ADMIN_H_
#define LIKENESS_PROXY_ADMIN_H_

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/guard.h"
#include "proxy/answer/exchange.h"
#include "proxy/http/message.h"
#include "proxy/purge/purge.h"

namespace likeness {

// The operators' own URLs, JSON in and out, for who shows settings.access.admin_token as a bearer
// token; without a token in the settings nobody is answered. Every purge is logged with who gave
// it, and everyone who is refused.
//   DELETE /admin/photos/{id}
//   POST /admin/purge          the body is purge::Order's
//   POST /admin/sign           {"urls": ["/photos/…"], "expires": "30d"}, which is optional; gives
//                              {"urls": […]} with signatures by the first key
//
// Loop-confined. Outlives the exchanges it has been given.
class Admin {
 public:
  using CarryOut = std::function<void(Loop& here, purge::Order order, purge::Purge::Done done)>;

  // What it is given outlives it.
  Admin(Loop& loop, const access::CurrentGuard& guard, const Settings& settings,
        CarryOut carry_out);

  // Is this URL one of these?
  [[nodiscard]] static bool owns(std::string_view path) { return path.starts_with("/admin/"); }
  // The largest body that such a request may have.
  static constexpr std::size_t kMaxBody = 512 * kKiB;

  void handle(const http::Request& request, Exchange exchange);

 private:
  [[nodiscard]] Result<std::string> sign(std::string_view body) const;
  void fold(std::vector<std::string>& names) const;
  void purge(const http::Request& request, Exchange exchange, purge::Order order);

  Loop& loop_;
  const access::CurrentGuard& guard_;
  std::size_t max_id_bytes_;
  bool fold_addresses_;  // Ids that are addresses mean the same in capitals.
  CarryOut carry_out_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_ADMIN_H_
