#include "proxy/dialects/graph.h"

#include <ctime>
#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/photo_path.h"
#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

using nlohmann::ordered_json;

// Ids are whatever clients send: what is no UTF-8 is shown as such.
std::string text_of(const ordered_json& document) {
  return document.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

std::string_view code_of(Errc code) {
  switch (code) {
    case Errc::no_photo: return "ImageNotFound";
    case Errc::not_found: return "ErrorItemNotFound";
    case Errc::unknown_route: return "ResourceNotFound";
    case Errc::bad_request: return "BadRequest";
    case Errc::unauthorized: return "InvalidAuthenticationToken";
    case Errc::forbidden:
    case Errc::origin_refused: return "ErrorAccessDenied";
    case Errc::method_not_allowed: return "MethodNotAllowed";
    case Errc::conflict: return "ErrorFolderExists";
    case Errc::gone: return "syncStateNotFound";
    case Errc::precondition_failed: return "ErrorIrresolvableConflict";
    case Errc::too_large: return "ErrorMessageSizeExceeded";
    case Errc::unsupported_media: return "ErrorInvalidImage";
    case Errc::too_many_requests:
    case Errc::throttled: return "TooManyRequests";
    case Errc::overloaded:
    case Errc::shutting_down: return "serviceNotAvailable";
    case Errc::origin_timeout: return "GatewayTimeout";
    default: return "InternalServerError";
  }
}

std::string size_name(int width, int height) {
  return std::to_string(width) + 'x' + std::to_string(height);
}

// The parts that a document's links are made of.
struct Links {
  std::string api;    // "http://HOST/v1.0"
  std::string owner;  // "users('id')/contacts('id')"
  PhotoPath path;
};
Links links_of(std::string_view base, std::string_view path) {
  const auto version = take_segment(path).value_or("v1.0");
  Links links{std::string(base) + '/' + std::string(version), "me", {}};
  links.path = parse_photo_path(path).value_or(PhotoPath());
  if (links.path.user) links.owner = "users" + quoted_key(*links.path.user);
  if (links.path.contact) links.owner += "/contacts" + quoted_key(*links.path.contact);
  return links;
}

}  // namespace

std::optional<Parsed> parse_graph(const http::Request& request, const Limits& limits) {
  std::string_view path = request.path;
  const auto version = take_segment(path);
  if (!version || !(is(*version, "v1.0") || is(*version, "beta"))) return std::nullopt;
  if (is_graph_batch(request.path))
    return std::unexpected(Refusal{Dialect::graph, {Errc::method_not_allowed, {}, {}}});
  return photo_call(Dialect::graph, parse_photo_path(path), request.query, limits);
}

bool is_graph_batch(std::string_view path) {
  const auto version = take_segment(path).value_or("");
  if (!is(version, "v1.0") && !is(version, "beta")) return false;
  const auto word = decode(take_segment(path).value_or("")).value_or("");
  return is(word, "$batch") && (path.empty() || path == "/");
}

std::string graph_metadata(const photo::Found& found, std::string_view base,
                           std::string_view path) {
  const cache::Picture& picture = *found.picture;
  const auto links = links_of(base, path);
  const auto name = size_name(picture.width, picture.height);
  const auto what =
      links.owner + (links.path.size ? "/photos" + quoted_key(name) : std::string("/photo"));
  return text_of({{"@odata.context", links.api + "/$metadata#" + what + "/$entity"},
                  {"@odata.id", links.api + '/' + what},
                  {"@odata.mediaContentType", picture.content_type},
                  {"@odata.mediaEtag", picture.etag},
                  {"id", links.path.size ? name : "default"},
                  {"width", picture.width},
                  {"height", picture.height}});
}

std::string graph_list(const cache::Meta& meta, std::string_view base, std::string_view path) {
  const auto links = links_of(base, path);
  auto value = ordered_json::array();
  for (const imaging::Size& size : sizes_of({meta.width, meta.height})) {
    const auto name = size_name(size.width, size.height);
    value.push_back({{"@odata.id", links.api + '/' + links.owner + "/photos" + quoted_key(name)},
                     {"@odata.mediaContentType", "image/jpeg"},
                     {"id", name},
                     {"width", size.width},
                     {"height", size.height}});
  }
  return text_of({{"@odata.context", links.api + "/$metadata#" + links.owner + "/photos"},
                  {"value", std::move(value)}});
}

std::string graph_error(const Error& error, std::string_view request_id,
                        WallClock::time_point now) {
  const std::time_t stamp = WallClock::to_time_t(now);
  std::tm parts{};
  ::gmtime_r(&stamp, &parts);
  char date[sizeof "2026-11-23T08:49:37"];
  const std::string_view when(date, std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts));
  const ordered_json inner{
      {"date", when}, {"request-id", request_id}, {"client-request-id", request_id}};
  const ordered_json body{
      {"code", code_of(error.code)}, {"message", message_of(error)}, {"innerError", inner}};
  return text_of({{"error", body}});
}

}  // namespace likeness::dialects
