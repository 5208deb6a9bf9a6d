#include "proxy/rest/query.h"

#include <algorithm>

#include "proxy/contacts/text.h"
#include "proxy/dialects/url.h"
#include "proxy/http/query.h"

namespace likeness::rest {
namespace {

namespace odata = contacts::odata;

std::optional<std::string> decode_form(std::string_view text) {
  std::string spaced(text);
  std::ranges::replace(spaced, '+', ' ');
  return dialects::decode(spaced);
}

}  // namespace

Result<std::vector<odata::Option>> split_query(std::string_view query) {
  std::vector<odata::Option> options;
  while (const auto parameter = http::take_parameter(query)) {
    auto name = decode_form(parameter->name);
    auto value = decode_form(parameter->value);
    if (!name || !value) {
      const auto which = name.value_or("query");
      return fail(Errc::bad_request, (contacts::valid_utf8(which) ? which : "query") +
                                         ": is not well percent-encoded");
    }
    options.push_back({std::move(*name), std::move(*value)});
  }
  return options;
}

Result<std::vector<contacts::Property>> selection(std::span<const std::string_view> select,
                                                  contacts::Shape shape) {
  std::vector<contacts::Property> properties;
  for (const std::string_view name : select) {
    const auto* property = contacts::find_property(name);
    const bool known = property != nullptr &&
                       (shape == contacts::Shape::beta ? property->in_beta : property->in_v2);
    if (!known) return fail(Errc::bad_request, "$select: no such property: " + std::string(name));
    properties.push_back(property->property);
  }
  return properties;
}

Result<void> check_sync_options(const odata::Query& query) {
  const auto refuse = [](std::string_view option) {
    return fail(Errc::bad_request, std::string(option) + ": is not for synchronising");
  };
  if (query.filter) return refuse("$filter");
  if (!query.order.empty()) return refuse("$orderby");
  if (!query.search.empty()) return refuse("$search");
  if (query.top) return refuse("$top");
  if (query.skip > 0) return refuse("$skip");
  if (query.count) return refuse("$count");
  if (!query.skip_token.empty() && !query.delta_token.empty())
    return fail(Errc::bad_request, "$skiptoken: goes not with $deltatoken");
  return {};
}

std::string kept_selection(std::span<const odata::Option> options) {
  for (const odata::Option& option : options) {
    if (contacts::equal_ignoring_case(option.name, "$select"))
      return "%24select=" + odata::percent_encode(option.value) + '&';
  }
  return {};
}

}  // namespace likeness::rest
