#ifndef LIKENESS_PROXY_CONTACTS_ODATA_SQL_H_
#define LIKENESS_PROXY_CONTACTS_ODATA_SQL_H_

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/contacts/odata.h"
#include "proxy/contacts/sql.h"

namespace likeness::contacts::odata {

// Turns checked queries into SQL over the store's tables (schema.h), with `c` for a contact's row
// and `f` for a folder's. The text is made of this file's own constants; what the client wrote is
// among the values. Pure functions.

struct Condition {
  std::string sql = "1";
  std::vector<sql::Value> values;  // In the order of the "?" in `sql`.
  // True if an index of its own finds the few rows that can match, so that walking the sort order
  // would be a waste.
  bool selective = false;
};

[[nodiscard]] Condition to_condition(Entity entity, const Filter& filter);

// The terms of ORDER BY, made total: ties fall to the order of creation. `reversed` gives the exact
// opposite order. No order asked for means the order of creation.
[[nodiscard]] std::string to_order(Entity entity, std::span<const Order> order, bool reversed);

// The words and phrases as a full-text query; the last word of each may be a beginning.
[[nodiscard]] std::string to_match(std::span<const std::string> terms);

}  // namespace likeness::contacts::odata

#endif  // LIKENESS_PROXY_CONTACTS_ODATA_SQL_H_
