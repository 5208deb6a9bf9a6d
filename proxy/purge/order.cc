#include "proxy/purge/order.h"

#include <nlohmann/json.hpp>

#include "proxy/photo/id.h"
#include "proxy/photo/tags.h"

namespace likeness::purge {
namespace {

using nlohmann::json;

std::unexpected<Error> refuse(std::string detail) {
  return fail(Errc::bad_request, std::move(detail));
}

Result<void> read_names(const json& list, std::vector<std::string>& into) {
  if (!list.is_array()) return refuse("photos and mailboxes are lists of texts");
  if (list.size() > kMaxNames) return refuse("too many names in one order");
  for (const json& name : list) {
    const auto* text = name.get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > photo::PhotoId::kMaxBytes)
      return refuse("a name is a text, and neither empty nor longer than any id");
    into.push_back(*text);
  }
  return {};
}

}  // namespace

Result<Order> parse_order(std::string_view text) {
  const json document = json::parse(text, nullptr, false);
  if (!document.is_object()) return refuse("expected a JSON object");
  Order order;
  for (const auto& [key, value] : document.items()) {
    Result<void> read;
    if (key == "photos") {
      read = read_names(value, order.photos);
    } else if (key == "mailboxes") {
      read = read_names(value, order.mailboxes);
    } else if (key == "everything" && value.is_boolean()) {
      order.everything = value.get<bool>();
    } else {
      read = refuse("expected photos, mailboxes, or \"everything\": true");
    }
    if (!read) return std::unexpected(read.error());
  }
  if (order.photos.empty() && order.mailboxes.empty() && !order.everything)
    return refuse("nothing is named; \"everything\": true is everything");
  return order;
}

std::vector<std::string> tags_of(const Order& order, const CdnSettings& settings) {
  if (order.everything) return {std::string(photo::kEveryPhotoTag)};
  std::vector<std::string> tags;
  tags.reserve(order.photos.size() + order.mailboxes.size());
  for (const std::string& name : order.photos) tags.push_back(photo::photo_tag(name, settings));
  for (const std::string& name : order.mailboxes)
    tags.push_back(photo::mailbox_tag(name, settings));
  return tags;
}

}  // namespace likeness::purge
