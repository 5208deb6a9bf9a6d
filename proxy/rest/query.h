#ifndef LIKENESS_PROXY_REST_QUERY_H_
#define LIKENESS_PROXY_REST_QUERY_H_

#include <span>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/contacts/contact.h"
#include "proxy/contacts/odata.h"

namespace likeness::rest {

// The query string of the contacts' API. Pure functions.

// The options of a query string, percent-decoded; "+" is a blank, as in Microsoft's services. An
// option that is not well encoded is Errc::bad_request.
[[nodiscard]] Result<std::vector<contacts::odata::Option>> split_query(std::string_view query);

// The selected properties of contacts in this shape; one of the other shape alone is refused.
[[nodiscard]] Result<std::vector<contacts::Property>> selection(
    std::span<const std::string_view> select, contacts::Shape shape);

// Refuses what synchronising does not know: $filter, $orderby, $search, $top, $skip and $count.
[[nodiscard]] Result<void> check_sync_options(const contacts::odata::Query& query);

// "%24select=…&" of the options, for links that lead on from here; empty without a selection.
[[nodiscard]] std::string kept_selection(std::span<const contacts::odata::Option> options);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_QUERY_H_
