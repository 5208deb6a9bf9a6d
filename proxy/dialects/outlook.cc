#include "proxy/dialects/outlook.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/photo_path.h"
#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

Refusal refusal(Errc code, std::string detail) {
  return {Dialect::outlook, {code, std::move(detail), {}}};
}

// Ids are whatever clients send: what is no UTF-8 is shown as such.
std::string text_of(const nlohmann::ordered_json& document) {
  return document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string_view code_of(Errc code) {
  switch (code) {
    case Errc::no_photo:
    case Errc::not_found: return "ErrorItemNotFound";
    case Errc::conflict: return "ErrorFolderExists";
    case Errc::gone: return "SyncStateNotFound";
    case Errc::unknown_route: return "RequestBroker-ParseUri";
    case Errc::bad_request: return "ErrorInvalidParameter";
    case Errc::unauthorized: return "ErrorInvalidAuthenticationToken";
    case Errc::forbidden:
    case Errc::origin_refused: return "ErrorAccessDenied";
    case Errc::method_not_allowed: return "ErrorMethodNotAllowed";
    case Errc::precondition_failed: return "ErrorIrresolvableConflict";
    case Errc::too_large: return "ErrorMessageSizeExceeded";
    case Errc::too_many_requests: return "ApplicationThrottled";
    case Errc::unsupported_media: return "UnsupportedMediaType";
    case Errc::throttled:
    case Errc::overloaded: return "ErrorServerBusy";
    case Errc::origin_timeout: return "ErrorTimeoutExpired";
    default: return "ErrorInternalServerError";
  }
}

}  // namespace

std::optional<Parsed> parse_outlook(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  const auto first = take_segment(path);
  if (!first || !is(*first, "api")) return std::nullopt;
  const auto version = take_segment(path);
  if (!version || !(is(*version, "beta") || is(*version, "v2.0")))
    return std::unexpected(refusal(Errc::unknown_route, "no such version"));
  auto parsed = photo_call(Dialect::outlook, parse_photo_path(path), request.query, limits);
  // The contract's metadata has no entity tag, so it needs no picture of the photo's own size.
  if (parsed && parsed->form == Form::metadata && parsed->ask.spec.box == imaging::Size{})
    parsed->ask.kind = photo::Ask::Kind::meta;
  return parsed;
}

std::string outlook_metadata(const photo::Found& found, std::string_view base,
                             std::string_view path) {
  static_cast<void>(take_segment(path));
  const auto version = take_segment(path).value_or("v2.0");
  const std::string api = std::string(base) + "/api/" + std::string(version);
  const auto names = parse_photo_path(path).value_or(PhotoPath());
  const imaging::Size size = found.picture
                                 ? imaging::Size{found.picture->width, found.picture->height}
                                 : imaging::Size{found.meta->width, found.meta->height};
  const std::string id = std::to_string(size.width) + 'X' + std::to_string(size.height);
  const std::string what = names.size ? "photos" + quoted_key(id) : "photo";
  const std::string user = names.user ? "Users" + quoted_key(*names.user) : "Me";
  const std::string contact = names.contact ? quoted_key(*names.contact) : "";
  const std::string self =
      api + '/' + user + (names.contact ? "/contacts" + contact : "") + '/' + what;
  nlohmann::ordered_json document{
      {"@odata.context", api + "/$metadata#" + user + (names.contact ? "/Contacts" + contact : "") +
                             '/' + what + "/$entity"},
      {"@odata.id", self},
      {"@odata.readLink", self},
      {"@odata.mediaContentType", "image/jpeg"},
      {"Id", id},
      {"Width", size.width},
      {"Height", size.height}};
  return text_of(document);
}

std::string outlook_list(const cache::Meta& meta, std::string_view base, std::string_view path) {
  auto rest = path;
  static_cast<void>(take_segment(rest));
  const auto version = take_segment(rest).value_or("beta");
  const auto names = parse_photo_path(rest).value_or(PhotoPath());
  const std::string user = names.user ? "Users" + quoted_key(*names.user) : "Me";
  nlohmann::ordered_json document{
      {"@odata.context",
       std::string(base) + "/api/" + std::string(version) + "/$metadata#" + user + "/photos"},
      {"value", nlohmann::ordered_json::array()}};
  for (const imaging::Size& size : sizes_of({meta.width, meta.height}))
    document["value"].push_back(
        {{"@odata.mediaContentType", "image/jpeg"},
         {"Id", std::to_string(size.width) + 'X' + std::to_string(size.height)},
         {"Width", size.width},
         {"Height", size.height}});
  return text_of(document);
}

std::string outlook_error(const Error& error) {
  nlohmann::ordered_json document;
  document["error"] = {{"code", code_of(error.code)}, {"message", message_of(error)}};
  return document.dump();
}

}  // namespace likeness::dialects
