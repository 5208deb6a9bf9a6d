#include "proxy/dialects/router.h"

#include <array>

#include "proxy/dialects/outlook.h"
#include "proxy/dialects/ucwa.h"
#include "proxy/dialects/web.h"

namespace likeness::dialects {

Parsed parse(const http::Request& request, const Limits& limits) {
  constexpr std::array kParsers{&parse_web, &parse_ucwa, &parse_outlook};
  for (const auto& parser : kParsers)
    if (auto parsed = parser(request, limits)) return std::move(*parsed);
  return std::unexpected(Refusal{Dialect::web, {Errc::unknown_route, {}, {}}});
}

}  // namespace likeness::dialects
