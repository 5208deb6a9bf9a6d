#ifndef LIKENESS_PROXY_PURGE_ORDER_H_
#define LIKENESS_PROXY_PURGE_ORDER_H_

#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "config/settings.h"

namespace likeness::purge {

// What is to be forgotten: photos by their ids, whole mailboxes, whatever has a tag
// (proxy/photo/tags.h), or all there is. Plain data.
struct Order {
  std::vector<std::string> photos = {};
  std::vector<std::string> mailboxes = {};
  std::vector<std::string> tags = {};
  bool everything = false;
};

// More names in one order are refused.
inline constexpr std::size_t kMaxNames = 1'000;

// The body of POST /admin/purge: {"photos": ["…"], "mailboxes": ["…"], "tags": ["…"], "everything":
// true}, each of the four optional. The tag of every photo is everything. Errors: bad_request.
[[nodiscard]] Result<Order> parse_order(std::string_view json);

// The tags (proxy/photo/tags.h) that a CDN has to drop for it.
[[nodiscard]] std::vector<std::string> tags_of(const Order& order, const CdnSettings& settings);

}  // namespace likeness::purge

#endif  // LIKENESS_PROXY_PURGE_ORDER_H_
