#ifndef LIKENESS_PROXY_HTTP_QUERY_H_
#define LIKENESS_PROXY_HTTP_QUERY_H_

#include <optional>
#include <string_view>

namespace likeness::http {

// One parameter of a query, as sent: still percent-encoded. "name" has the value "name=" has.
struct Parameter {
  std::string_view name;
  std::string_view value;
};

// Takes the first parameter off a query ("a=1&b" gives a and leaves "b"); nothing when the query is
// used up. What is empty between two "&" is none.
[[nodiscard]] std::optional<Parameter> take_parameter(std::string_view& query);

}  // namespace likeness::http

#endif  // LIKENESS_PROXY_HTTP_QUERY_H_
