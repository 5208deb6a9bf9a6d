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

// The id in "contacts('id')" or of "contacts/id", still percent-encoded. Takes it off the path.
std::optional<std::string> take_key(std::string_view& path, std::string_view collection) {
  const auto segment = take_segment(path);
  auto keyed = segment ? split_keyed(*segment) : std::nullopt;
  if (!keyed || !is(keyed->word, collection)) return std::nullopt;
  if (keyed->key) return std::move(keyed->key);
  const auto id = take_segment(path);
  return id ? std::optional(std::string(*id)) : std::nullopt;
}

// Whose the photo is, as a photo's id; takes all before "/photo" off the path. Empty where the path
// is none of ours; an empty id where the path is right and an id in it is not.
std::optional<photo::PhotoId> take_owner(std::string_view& path, std::size_t max_id_bytes) {
  std::string_view user = path;
  const bool me = is(take_segment(user).value_or(""), "me");
  if (me) path = user;
  const auto named = me ? std::optional<std::string>("me") : take_key(path, "users");
  if (!named) return std::nullopt;
  std::string_view rest = path;
  if (is(take_segment(rest).value_or(""), "photo"))
    return decode_id(*named, max_id_bytes).value_or(photo::PhotoId());
  std::string_view folder = path;
  if (take_key(folder, "contactfolders")) path = folder;
  const auto contact = take_key(path, "contacts");
  if (!contact) return std::nullopt;
  // A contact of the caller's has no other name than its id, which is unique in the world.
  return decode_id(me ? *contact : *named + "/contacts/" + *contact, max_id_bytes)
      .value_or(photo::PhotoId());
}

std::string quoted(std::string_view id) {
  std::string text = "('";
  for (const char c : id) text.append(c == '\'' ? 2 : 1, c);
  return text + "')";
}

// How metadata names the photo's owner, up to its last slash: "Me/Contacts('id')/" in the context,
// "Me/contacts('id')/" in links, as the contract's samples have it. `path` begins with the user.
struct Place {
  std::string context;
  std::string link;
};
Place place_of(std::string_view photo, std::string_view path) {
  const bool me = is(take_segment(path).value_or(""), "me");
  constexpr std::string_view kContacts = "/contacts/";
  const auto split = me ? std::string_view::npos : photo.find(kContacts);
  const std::string user = me ? "Me/" : "Users" + quoted(photo.substr(0, split)) + '/';
  const bool own =
      me ? is(take_segment(path).value_or(""), "photo") : split == std::string_view::npos;
  if (own) return {user, user};
  const auto contact = me ? photo : photo.substr(split + kContacts.size());
  return {user + "Contacts" + quoted(contact) + '/', user + "contacts" + quoted(contact) + '/'};
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
  const auto unknown = std::unexpected(refusal(Errc::unknown_route, "not a contact's photo"));
  const auto version = take_segment(path);
  if (!version || !(is(*version, "beta") || is(*version, "v2.0"))) return unknown;
  const auto id = take_owner(path, limits.max_id_bytes);
  const auto photo = take_segment(path);
  if (!id || !photo || !is(*photo, "photo")) return unknown;
  if (id->view().empty())
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
  auto rest = path;
  static_cast<void>(take_segment(rest));
  const auto version = take_segment(rest).value_or("v2.0");
  const std::string api = std::string(base) + "/api/" + std::string(version);
  const auto place = place_of(call.photo.view(), rest);
  const std::string self = api + '/' + place.link + "photo";
  const nlohmann::ordered_json document{
      {"@odata.context", api + "/$metadata#" + place.context + "photo/$entity"},
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
