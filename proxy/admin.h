#ifndef LIKENESS_PROXY_ADMIN_H_
#define LIKENESS_PROXY_ADMIN_H_

#include <cstddef>
#include <functional>
#include <optional>
#include <string_view>

#include "config/base/loop.h"
#include "config/settings.h"
#include "proxy/access/hash.h"
#include "proxy/exchange.h"
#include "proxy/http/message.h"
#include "proxy/purge/purge.h"

namespace likeness {

// The operators' own URLs, JSON in and out, for who shows settings.access.admin_token as a bearer
// token; without a token in the settings nobody is answered. Every order is logged with who gave
// it.
//   DELETE /admin/photos/{id}
//   POST /admin/purge          the body is purge::Order's
//
// Loop-confined. Outlives the exchanges it has been given.
class Admin {
 public:
  using CarryOut = std::function<void(Loop& here, purge::Order order, purge::Purge::Done done)>;

  // Throws std::runtime_error if the token cannot be read. What it is given outlives it.
  Admin(Loop& loop, const Settings& settings, CarryOut carry_out);

  // Is this URL one of these?
  [[nodiscard]] static bool owns(std::string_view path) { return path.starts_with("/admin/"); }
  // The largest body that such a request may have.
  static constexpr std::size_t kMaxBody = 512 * kKiB;

  void handle(const http::Request& request, Exchange exchange);

 private:
  [[nodiscard]] bool knows(const http::Request& request) const;
  void purge(const http::Request& request, Exchange exchange, purge::Order order);

  Loop& loop_;
  std::size_t max_id_bytes_;
  CarryOut carry_out_;
  std::optional<access::Digest> token_;
};

}  // namespace likeness

#endif  // LIKENESS_PROXY_ADMIN_H_
