#include "proxy/dialects/ews.h"

#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

bool take_word(std::string_view& path, std::string_view word) {
  return is(take_segment(path).value_or(""), word);
}

Parsed refuse(Errc code, std::string detail) {
  return std::unexpected(Refusal{Dialect::ews, {code, std::move(detail), {}}});
}

}  // namespace

std::optional<Parsed> parse_ews(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  if (!take_word(path, "ews")) return std::nullopt;
  if (is_ews_soap(request.path)) return refuse(Errc::method_not_allowed, "SOAP is posted");
  if (!take_word(path, "exchange.asmx") || !take_word(path, "s") ||
      !take_word(path, "getuserphoto") || !(path.empty() || path == "/"))
    return refuse(Errc::unknown_route, "not GetUserPhoto");
  const auto id = decode_id(query_value(request.query, "email").value_or(""), limits.max_id_bytes);
  if (!id) return refuse(Errc::bad_request, "email: missing, too long or badly encoded");
  Call call{.dialect = Dialect::ews, .photo = *id};
  const auto size = query_value(request.query, "size");
  if (!size || size->empty()) return call;
  const auto box = parse_hr(*size);
  if (!box || box->width > limits.max_edge || box->height > limits.max_edge)
    return refuse(Errc::bad_request, "size: expected HR<width>x<height>");
  call.ask.spec.box = *box;
  return call;
}

bool is_ews_soap(std::string_view path) {
  return take_word(path, "ews") && take_word(path, "exchange.asmx") &&
         (path.empty() || path == "/");
}

std::string ews_error(const Error& error) { return message_of(error) + '\n'; }

}  // namespace likeness::dialects
