#include "proxy/http/query.h"

#include <algorithm>

namespace likeness::http {

std::optional<Parameter> take_parameter(std::string_view& query) {
  query.remove_prefix(std::min(query.find_first_not_of('&'), query.size()));
  if (query.empty()) return std::nullopt;
  const auto pair = query.substr(0, query.find('&'));
  query.remove_prefix(pair.size());
  const auto equals = std::min(pair.find('='), pair.size());
  return Parameter{pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size()))};
}

}  // namespace likeness::http
