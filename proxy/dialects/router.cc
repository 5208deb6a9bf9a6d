#include "proxy/dialects/router.h"

#include <algorithm>
#include <array>

#include "proxy/contacts/text.h"
#include "proxy/dialects/ews.h"
#include "proxy/dialects/graph.h"
#include "proxy/dialects/outlook.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/dialects/url.h"
#include "proxy/dialects/web.h"

namespace likeness::dialects {
namespace {

// Nearly every address is ASCII, and then nothing is allocated.
bool append_folded(photo::PhotoId& id, std::string_view part) {
  const bool ascii = std::ranges::all_of(part, [](char c) { return c >= 0; });
  if (!ascii) return id.append(contacts::fold(part));
  return std::ranges::all_of(part, [&](char c) {
    return id.append(c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c);
  });
}

}  // namespace

photo::PhotoId with_folded_addresses(const photo::PhotoId& id) {
  std::string_view rest = id.view();
  if (rest.find('@') == std::string_view::npos) return id;
  photo::PhotoId folded;
  while (!rest.empty()) {
    const auto end = std::min(rest.find('/', 1), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(end);
    const bool address = part.find('@') != std::string_view::npos;
    if (!(address ? append_folded(folded, part) : folded.append(part))) return id;
  }
  return folded;
}

Parsed parse(const http::Request& request, const Limits& limits) {
  constexpr std::array kParsers{&parse_web, &parse_ucwa, &parse_outlook, &parse_graph, &parse_ews};
  for (const auto& parser : kParsers)
    if (auto parsed = parser(request, limits)) {
      if (*parsed && limits.fold_addresses)
        (*parsed)->photo = with_folded_addresses((*parsed)->photo);
      return std::move(*parsed);
    }
  return std::unexpected(Refusal{Dialect::web, {Errc::unknown_route, {}, {}}});
}

Dialect posted_to(std::string_view path) {
  if (is_graph_batch(path)) return Dialect::graph;
  return is_ews_soap(path) ? Dialect::ews : Dialect::web;
}

Dialect family_of(std::string_view path) {
  const auto first = take_segment(path).value_or("");
  if (is(first, "ucwa")) return Dialect::ucwa;
  if (is(first, "api")) return Dialect::outlook;
  if (is(first, "v1.0") || is(first, "beta")) return Dialect::graph;
  return is(first, "ews") ? Dialect::ews : Dialect::web;
}

}  // namespace likeness::dialects
