#include "proxy/purge/order.h"

#include <algorithm>
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
  if (!list.is_array()) return refuse("photos, mailboxes and tags are lists of texts");
  if (list.size() > kMaxNames) return refuse("too many names in one order");
  for (const json& name : list) {
    const auto* text = name.get_ptr<const std::string*>();
    if (text == nullptr || text->empty() || text->size() > photo::PhotoId::kMaxBytes)
      return refuse("a name is a text, and neither empty nor longer than any id");
    into.push_back(*text);
  }
  return {};
}

// Tags that no photo has are somebody's mistake.
Result<void> read_tags(const json& list, Order& order) {
  if (const auto read = read_names(list, order.tags); !read) return read;
  const auto everything = std::ranges::remove(order.tags, photo::kEveryPhotoTag);
  order.everything = order.everything || !everything.empty();
  order.tags.erase(everything.begin(), everything.end());
  if (!std::ranges::all_of(order.tags, photo::is_tag))
    return refuse("a tag is likeness, or p- or m- and 16 hexadecimal digits");
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
    } else if (key == "tags") {
      read = read_tags(value, order);
    } else if (key == "everything" && value.is_boolean()) {
      order.everything = order.everything || value.get<bool>();
    } else {
      read = refuse("expected photos, mailboxes, tags, or \"everything\": true");
    }
    if (!read) return std::unexpected(read.error());
  }
  if (order.photos.empty() && order.mailboxes.empty() && order.tags.empty() && !order.everything)
    return refuse("nothing is named; \"everything\": true is everything");
  return order;
}

std::vector<std::string> tags_of(const Order& order, const CdnSettings& settings) {
  if (order.everything) return {std::string(photo::kEveryPhotoTag)};
  std::vector<std::string> tags = order.tags;
  for (const std::string& name : order.photos) tags.push_back(photo::photo_tag(name, settings));
  for (const std::string& name : order.mailboxes)
    tags.push_back(photo::mailbox_tag(name, settings));
  return tags;
}

}  // namespace likeness::purge
