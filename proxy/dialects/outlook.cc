#include "proxy/dialects/outlook.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/dialects/size.h"
#include "proxy/dialects/status.h"
#include "proxy/dialects/url.h"

namespace likeness::dialects {
namespace {

Refusal refusal(Errc code, std::string detail) {
  return {Dialect::outlook, {code, std::move(detail), {}}};
}

// The id in "contacts('id')", without its quotes and with '' undoubled, or of "contacts/id"; still
// percent-encoded. Takes it off the path.
std::optional<std::string> take_keyed(std::string_view& path, std::string_view collection) {
  const auto segment = take_segment(path);
  if (!segment) return std::nullopt;
  if (is(*segment, collection)) {
    const auto id = take_segment(path);
    return id ? std::optional(std::string(*id)) : std::nullopt;
  }
  // Clients encode quotes and parentheses or not; the id itself stays encoded for decode_id().
  std::string text(*segment);
  for (const auto& [code, plain] : {std::pair{"%27", "'"}, {"%28", "("}, {"%29", ")"}})
    for (std::size_t at = 0; (at = text.find(code, at)) != std::string::npos;)
      text.replace(at, 3, plain);
  const std::size_t open = collection.size();
  if (text.size() < open + 4 || !is(std::string_view(text).substr(0, open), collection) ||
      text.compare(open, 2, "('") != 0 || !text.ends_with("')"))
    return std::nullopt;
  std::string id;
  const auto quoted = std::string_view(text).substr(open + 2, text.size() - open - 4);
  for (std::size_t i = 0; i < quoted.size(); ++i) {
    id += quoted[i];
    if (quoted[i] != '\'') continue;
    ++i;
    if (i == quoted.size() || quoted[i] != '\'') return std::nullopt;
  }
  return id;
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
    case Errc::unsupported_media: return "ErrorInvalidImage";
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
  const auto unknown = std::unexpected(refusal(Errc::unknown_route, "not a contact's photo"));
  const auto version = take_segment(path);
  if (!version || !(is(*version, "beta") || is(*version, "v2.0"))) return unknown;
  const auto user = take_segment(path);
  if (!user || !is(*user, "me")) return unknown;
  const auto key = take_keyed(path, "contacts");
  const auto photo = take_segment(path);
  if (!key || !photo || !is(*photo, "photo")) return unknown;
  const auto id = decode_id(*key, limits.max_id_bytes);
  if (!id)
    return std::unexpected(
        refusal(Errc::bad_request, "the contact's id is empty, too long or badly encoded"));

  Call call{Dialect::outlook, *id, {.kind = photo::Ask::Kind::meta}};
  if (path.empty() || path == "/") return call;
  const auto value = take_segment(path);
  const auto word = value ? decode(*value) : std::nullopt;
  if (!word || !is(*word, "$value") || !path.empty()) return unknown;
  call.ask = {.kind = photo::Ask::Kind::picture, .spec = {}};
  const auto size = query_value(request.query, "size");
  if (!size || size->empty()) return call;
  const auto box = parse_hr(*size);
  if (!box || box->width > limits.max_edge || box->height > limits.max_edge)
    return std::unexpected(refusal(Errc::bad_request, "size: expected HR<width>x<height>"));
  call.ask.spec.box = *box;
  return call;
}

std::string outlook_metadata(const cache::Meta& meta, const Call& call, std::string_view base,
                             std::string_view path) {
  std::string quoted;
  for (const char c : call.photo.view()) quoted.append(c == '\'' ? 2 : 1, c);
  auto rest = path;
  static_cast<void>(take_segment(rest));
  const auto version = take_segment(rest).value_or("v2.0");
  const std::string api = std::string(base) + "/api/" + std::string(version);
  const std::string self = api + "/Me/contacts('" + quoted + "')/photo";
  const nlohmann::ordered_json document{
      {"@odata.context", api + "/$metadata#Me/Contacts('" + quoted + "')/photo/$entity"},
      {"@odata.id", self},
      {"@odata.readLink", self},
      {"@odata.mediaContentType", "image/jpeg"},
      {"Id", std::to_string(meta.width) + 'X' + std::to_string(meta.height)},
      {"Width", meta.width},
      {"Height", meta.height}};
  return document.dump();
}

std::string outlook_error(const Error& error) {
  nlohmann::ordered_json document;
  document["error"] = {{"code", code_of(error.code)}, {"message", message_of(error)}};
  return document.dump();
}

}  // namespace likeness::dialects
