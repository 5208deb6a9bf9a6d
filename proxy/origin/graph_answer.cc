#include "proxy/origin/graph_answer.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "proxy/http/message.h"
#include "proxy/origin/answer.h"
#include "proxy/origin/escape.h"
#include "proxy/origin/service_error.h"

namespace likeness::origin {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxTag = 200;
constexpr std::size_t kMaxAddresses = 3;
constexpr std::size_t kMaxAddressBytes = 254;

bool one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::ranges::any_of(codes, [&](auto one) { return http::same_name(code, one); });
}

// These mean "none" whatever the status: also those of a 200, and of a 400 for an id that no
// contact can have.
bool means_no_photo(std::string_view code) {
  return one_of(code, {"ErrorItemNotFound", "ImageNotFound", "GetUserPhoto",
                       "ConsumerPhotoIsNotSupported", "ErrorInvalidIdMalformed"});
}

bool means_throttled(std::string_view code) {
  return one_of(code, {"TooManyRequests", "ErrorServerBusy", "ErrorTooManyRequests",
                       "ApplicationThrottled", "ActivityLimitReached"});
}

// The base of the settings is wrong: nothing is known of the photo.
bool means_wrong_address(std::string_view code) {
  return one_of(code, {"RequestBroker-ParseUri", "BadRequest", "InvalidVersion"});
}

json parse(std::string_view body) { return json::parse(body, nullptr, false); }

// Graph's name of a property, or Outlook's.
const json* find(const json& object, const char* graph, const char* outlook) {
  for (const char* name : {graph, outlook})
    if (const auto found = object.find(name); found != object.end()) return &*found;
  return nullptr;
}

std::string_view text_of(const json* value) {
  return value != nullptr && value->is_string()
             ? std::string_view(value->get_ref<const std::string&>())
             : std::string_view();
}

bool is_one(const json* value) {
  return value != nullptr && value->is_number_integer() && value->get<std::int64_t>() == 1;
}

bool is_guid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !digit) return false;
  }
  return true;
}

// "/users/{id}" or "/Users('{id}')": OData doubles a quote within quotes.
std::string keyed(GraphFlavour flavour, std::string_view collection, std::string_view id) {
  if (flavour == GraphFlavour::graph) return "/" + std::string(collection) + "/" + escape(id);
  std::string doubled;
  for (const char c : id) doubled.append(c == '\'' ? 2 : 1, c);
  return "/" + std::string(collection) + "('" + escape(doubled) + "')";
}

}  // namespace

std::optional<Error> graph_trouble(const ClientResponse& response, WallClock::time_point now) {
  const int status = response.status;
  const bool good = status == 200 || status == 304;
  if (good && !looks_like_json(response.body)) return std::nullopt;
  const auto error = read_service_error(response.body);
  if (good && !error) return std::nullopt;
  const std::string code = error ? error->code : std::string();
  Error trouble = error_of(response, now);
  if (!code.empty()) trouble.detail += ": " + code;
  if (status == 429 || trouble.code == Errc::throttled || means_throttled(code))
    return throttled(std::move(trouble.detail), trouble.retry_after);
  const bool silent = response.body.empty() || error;
  if (means_no_photo(code) || status == 204 || status == 410 ||
      (status == 404 && silent && !means_wrong_address(code))) {
    trouble.code = Errc::no_photo;
    trouble.retry_after = {};
  }
  return trouble;
}

Result<std::string> read_graph_metadata(std::string_view body) {
  const json document = parse(body);
  if (!document.is_object()) return fail(Errc::origin_failed, "the photo's metadata is no object");
  const json* tag = find(document, "@odata.mediaEtag", "@odata.mediaETag");
  const json* type = find(document, "@odata.mediaContentType", "ContentType");
  const bool pixel = text_of(type) == "image/gif" && is_one(find(document, "width", "Width")) &&
                     is_one(find(document, "height", "Height"));
  const bool empty_tag = tag != nullptr && tag->is_string() && text_of(tag).empty();
  if (pixel || empty_tag) return fail(Errc::no_photo, "the metadata says that there is no photo");
  const auto text = text_of(tag);
  return text.size() <= kMaxTag ? std::string(text) : std::string();
}

Result<std::vector<std::string>> read_graph_addresses(std::string_view body) {
  const json document = parse(body);
  if (!document.is_object()) return fail(Errc::origin_failed, "the contact is no object");
  std::vector<std::string> addresses;
  const json* list = find(document, "emailAddresses", "EmailAddresses");
  if (list == nullptr || !list->is_array()) return addresses;
  for (const json& entry : *list) {
    if (!entry.is_object()) continue;
    const auto address = text_of(find(entry, "address", "Address"));
    const bool usable =
        address.size() <= kMaxAddressBytes && address.find('@') != std::string::npos;
    if (usable && std::ranges::find(addresses, address) == addresses.end())
      addresses.emplace_back(address);
    if (addresses.size() == kMaxAddresses) break;
  }
  return addresses;
}

GraphPlace graph_place(GraphFlavour flavour, std::string_view id, std::string_view user) {
  constexpr std::string_view kContacts = "/contacts/";
  const std::string version = flavour == GraphFlavour::graph ? "/v1.0" : "/api/v2.0";
  const auto of_user = [&](std::string_view who) {
    if (http::same_name(who, "me")) return version + "/me";
    return version + keyed(flavour, flavour == GraphFlavour::graph ? "users" : "Users", who);
  };
  const auto of_contact = [&](std::string_view who, std::string_view which) {
    const std::string contact = of_user(who) + keyed(flavour, "contacts", which);
    return GraphPlace{contact, contact + "/photo"};
  };
  if (const auto split = id.find(kContacts); split != std::string_view::npos)
    return of_contact(id.substr(0, split), id.substr(split + kContacts.size()));
  if (id.find('@') != std::string_view::npos || is_guid(id) || http::same_name(id, "me"))
    return {{}, of_user(id) + "/photo"};
  return of_contact(user, id);
}

}  // namespace likeness::origin
