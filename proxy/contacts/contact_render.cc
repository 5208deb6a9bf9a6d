#include <nlohmann/json.hpp>

#include "proxy/contacts/contact_json.h"

namespace likeness::contacts {
namespace {

using Json = nlohmann::ordered_json;
using P = Property;

Json text(const Text& value) { return value ? Json(*value) : Json(nullptr); }

Json instant(const std::optional<Instant>& value) {
  return value ? Json(format_instant(*value)) : Json(nullptr);
}

// Only what is set: that is how the service shows the parts of addresses and flags.
void put(Json& object, const char* key, const Text& value) {
  if (value) object[key] = *value;
}

void put(Json& object, const char* key, const std::optional<Instant>& value) {
  if (value) object[key] = {{"DateTime", format_utc_time(*value)}, {"TimeZone", "UTC"}};
}

Json address(const PostalAddress& value, bool with_type) {
  Json out = Json::object();
  if (with_type) out["Type"] = value.type;
  put(out, "PostOfficeBox", value.post_office_box);
  put(out, "Street", value.street);
  put(out, "City", value.city);
  put(out, "State", value.state);
  put(out, "CountryOrRegion", value.country_or_region);
  put(out, "PostalCode", value.postal_code);
  return out;
}

Json emails(const Contact& contact) {
  Json out = Json::array();
  for (const EmailAddress& one : contact.email_addresses) {
    Json entry = Json::object();
    put(entry, "Name", one.name);
    entry["Address"] = one.address;
    out.push_back(std::move(entry));
  }
  return out;
}

Json phones(const Contact& contact) {
  Json out = Json::array();
  for (const Phone& one : contact.phones) {
    out.push_back(Json{{"Type", one.type}, {"Number", one.number}});
  }
  return out;
}

Json postal_addresses(const Contact& contact) {
  Json out = Json::array();
  for (const PostalAddress& one : contact.postal_addresses) out.push_back(address(one, true));
  return out;
}

Json websites(const Contact& contact) {
  Json out = Json::array();
  for (const Website& one : contact.websites) {
    Json entry{{"Type", one.type}, {"Address", one.address}};
    put(entry, "DisplayName", one.display_name);
    out.push_back(std::move(entry));
  }
  return out;
}

Json flag(const Flag& value) {
  Json out{{"FlagStatus", name(value.status)}};
  put(out, "DueDateTime", value.due);
  put(out, "StartDateTime", value.start);
  put(out, "CompletedDateTime", value.completed);
  return out;
}

Json phones_of(const Contact& contact, std::string_view type) {
  Json out = Json::array();
  for (const Phone& one : contact.phones) {
    if (one.type == type) out.push_back(one.number);
  }
  return out;
}

Json address_of(const Contact& contact, std::string_view type) {
  for (const PostalAddress& one : contact.postal_addresses) {
    if (one.type == type) return address(one, false);
  }
  return Json::object();
}

Json mobile_phone(const Contact& contact) {
  for (const Phone& one : contact.phones) {
    if (one.type == "Mobile") return one.number;
  }
  return nullptr;
}

Json business_home_page(const Contact& contact) {
  for (const Website& one : contact.websites) {
    if (one.type == "Work") return one.address;
  }
  return nullptr;
}

Json value(const Contact& contact, const PropertyInfo& property) {
  if (property.text != nullptr) return text(contact.*property.text);
  switch (property.property) {
    case P::id: return contact.id;
    case P::created: return format_instant(contact.created);
    case P::modified: return format_instant(contact.modified);
    case P::change_key: return contact.change_key;
    case P::folder_id: return contact.folder_id;
    case P::categories: return contact.categories;
    case P::birthday: return instant(contact.birthday);
    case P::email_addresses: return emails(contact);
    case P::websites: return websites(contact);
    case P::im_addresses: return contact.im_addresses;
    case P::phones: return phones(contact);
    case P::postal_addresses: return postal_addresses(contact);
    case P::business_home_page: return business_home_page(contact);
    case P::home_phones: return phones_of(contact, "Home");
    case P::mobile_phone: return mobile_phone(contact);
    case P::business_phones: return phones_of(contact, "Business");
    case P::home_address: return address_of(contact, "Home");
    case P::business_address: return address_of(contact, "Business");
    case P::other_address: return address_of(contact, "Other");
    case P::children: return contact.children;
    case P::is_favorite: return contact.is_favorite ? Json(*contact.is_favorite) : Json(nullptr);
    case P::flag: return flag(contact.flag);
    default: return nullptr;
  }
}

// Text was checked when it came in; should bad bytes be stored all the same, they become U+FFFD.
std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string metadata(const RenderOptions& options, std::string_view rest) {
  return options.base + "/$metadata#" + std::string(rest);
}

std::string owner(const RenderOptions& options) {
  return options.base + "/Users('" + options.mailbox_id + "')";
}

// "(GivenName,Surname)" as asked, or nothing.
std::string selection(const std::vector<Property>& select) {
  std::string out;
  for (const Property property : select) {
    out += out.empty() ? '(' : ',';
    out += info(property).name;
  }
  return out.empty() ? out : out + ')';
}

PropertySet shown(const RenderOptions& options) {
  PropertySet set;
  for (const Property property : options.select) set.set(static_cast<std::size_t>(property));
  if (set.none()) set.set();
  set.set(static_cast<std::size_t>(P::id));
  return set;
}

void put_contact(Json& out, const Contact& contact, const RenderOptions& options,
                 const PropertySet& set) {
  out["@odata.id"] = owner(options) + "/Contacts('" + contact.id + "')";
  out["@odata.etag"] = "W/\"" + contact.change_key + "\"";
  for (const PropertyInfo& property : properties()) {
    const bool in_shape = options.shape == Shape::beta ? property.in_beta : property.in_v2;
    if (in_shape && set.test(static_cast<std::size_t>(property.property))) {
      out[std::string(property.name)] = value(contact, property);
    }
  }
}

void put_folder(Json& out, const Folder& folder, const RenderOptions& options,
                std::span<const std::string_view> select) {
  const auto wanted = [select](std::string_view property) {
    return select.empty() || std::ranges::find(select, property) != select.end();
  };
  out["@odata.id"] = owner(options) + "/ContactFolders('" + folder.id + "')";
  out["Id"] = folder.id;
  if (wanted("ParentFolderId")) out["ParentFolderId"] = folder.parent_id;
  if (wanted("DisplayName")) out["DisplayName"] = folder.display_name;
  if (wanted("WellKnownName")) out["WellKnownName"] = text(folder.well_known_name);
}

std::string folder_selection(std::span<const std::string_view> select) {
  std::string out;
  for (const std::string_view property : select) {
    out += out.empty() ? '(' : ',';
    out += property;
  }
  return out.empty() ? out : out + ')';
}

Json collection(std::string_view context, std::optional<std::int64_t> count) {
  Json out{{"@odata.context", context}};
  if (count) out["@odata.count"] = *count;
  out["value"] = Json::array();
  return out;
}

}  // namespace

std::string render_contact(const Contact& contact, const RenderOptions& options) {
  Json out{{"@odata.context",
            metadata(options, options.context_path + selection(options.select) + "/$entity")}};
  put_contact(out, contact, options, shown(options));
  return dump(out);
}

std::string render_contacts(std::span<const Contact> contacts, const RenderOptions& options,
                            std::optional<std::int64_t> count, std::string_view next_link) {
  Json out = collection(metadata(options, options.context_path + selection(options.select)), count);
  const PropertySet set = shown(options);
  for (const Contact& contact : contacts) {
    put_contact(out["value"].emplace_back(Json::object()), contact, options, set);
  }
  if (!next_link.empty()) out["@odata.nextLink"] = next_link;
  return dump(out);
}

std::string render_changes(std::span<const Change> changes, const RenderOptions& options,
                           std::string_view delta_link) {
  Json out =
      collection(metadata(options, options.context_path + selection(options.select)), std::nullopt);
  const PropertySet set = shown(options);
  for (const Change& change : changes) {
    Json& entry = out["value"].emplace_back(Json::object());
    if (change.contact) {
      put_contact(entry, *change.contact, options, set);
      continue;
    }
    entry["@odata.context"] = metadata(options, options.context_path + "/$deletedEntity");
    entry["id"] = owner(options) + "/Contacts('" + change.id + "')";
    entry["reason"] = "deleted";
  }
  out["@odata.deltaLink"] = delta_link;
  return dump(out);
}

std::string render_folder(const Folder& folder, const RenderOptions& options,
                          std::span<const std::string_view> select) {
  Json out{{"@odata.context",
            metadata(options, options.context_path + folder_selection(select) + "/$entity")}};
  put_folder(out, folder, options, select);
  return dump(out);
}

std::string render_folders(std::span<const Folder> folders, const RenderOptions& options,
                           std::span<const std::string_view> select,
                           std::optional<std::int64_t> count, std::string_view next_link) {
  Json out = collection(metadata(options, options.context_path + folder_selection(select)), count);
  for (const Folder& folder : folders) {
    put_folder(out["value"].emplace_back(Json::object()), folder, options, select);
  }
  if (!next_link.empty()) out["@odata.nextLink"] = next_link;
  return dump(out);
}

std::string to_document(const Contact& contact) {
  Json out = Json::object();
  for (const PropertyInfo& property : properties()) {
    if (property.read_only || !property.in_beta || property.property == P::folder_id) continue;
    if (property.property == P::flag && contact.flag == Flag{}) continue;
    Json held = value(contact, property);
    if (held.is_null() || (held.is_array() && held.empty())) continue;
    out[std::string(property.name)] = std::move(held);
  }
  return dump(out);
}

}  // namespace likeness::contacts
