#include <algorithm>
#include <array>
#include <initializer_list>
#include <nlohmann/json.hpp>

#include "proxy/contacts/contact_json.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

using Json = nlohmann::ordered_json;
using P = Property;

// Reads values of the types that the protocol has. The first fault is kept, with the path of the
// property that it is about, and what follows it is read in vain.
class ValueReader {
 public:
  [[nodiscard]] const std::string& fault() const { return fault_; }

  void blame(std::string_view path, std::string_view what) {
    if (fault_.empty()) fault_ = std::string(path) + ": " + std::string(what);
  }

  Text text(const Json& value, std::string_view path) {
    if (value.is_null()) return std::nullopt;
    const auto* held = value.get_ptr<const Json::string_t*>();
    if (held == nullptr) {
      blame(path, "must be text or null");
      return std::nullopt;
    }
    if (held->size() > kMaxTextBytes) {
      blame(path, "is too long");
      return std::nullopt;
    }
    return *held;
  }

  std::optional<bool> boolean(const Json& value, std::string_view path) {
    if (value.is_null()) return std::nullopt;
    if (!value.is_boolean()) blame(path, "must be true, false or null");
    return value.is_boolean() ? std::optional(value.get<bool>()) : std::nullopt;
  }

  std::optional<Instant> instant(const Json& value, std::string_view path) {
    const Text held = text(value, path);
    if (!held) return std::nullopt;
    const auto read = parse_instant(*held);
    if (!read) blame(path, "must be a date, or a date and time, in ISO 8601");
    return read;
  }

  // {"DateTime": …, "TimeZone": …}, in UTC.
  std::optional<Instant> zoned(const Json& value, std::string_view path) {
    if (value.is_null()) return std::nullopt;
    Text local;
    Text zone = "UTC";
    members(value, path, [&](std::string_view key, const Json& member, std::string_view at) {
      if (equal_ignoring_case(key, "DateTime")) {
        local = text(member, at);
      } else if (equal_ignoring_case(key, "TimeZone")) {
        zone = text(member, at);
      } else {
        return false;
      }
      return true;
    });
    if (!fault_.empty()) return std::nullopt;
    const auto read = local && zone ? from_local(*local, *zone) : std::nullopt;
    if (!read) blame(path, "must have a DateTime in ISO 8601 and a known TimeZone");
    return read;
  }

  // One of `allowed`, in our spelling; `otherwise` where there is none.
  std::string choice(const Json& value, std::string_view path,
                     std::span<const std::string_view> allowed, std::string_view otherwise) {
    const Text held = text(value, path);
    if (!held) return std::string(otherwise);
    for (const std::string_view one : allowed) {
      if (equal_ignoring_case(one, *held)) return std::string(one);
    }
    blame(path, "is not one of the allowed values");
    return {};
  }

  // Calls `entry(value, path)` for each entry of a list; null is an empty one.
  template <class F>
  void list(const Json& value, std::string_view path, F&& entry) {
    if (value.is_null()) return;
    if (!value.is_array()) return blame(path, "must be a list");
    if (value.size() > kMaxListEntries) return blame(path, "has too many entries");
    std::size_t index = 0;
    for (const Json& one : value) {
      entry(one, std::string(path) + "/" + std::to_string(index++));
    }
  }

  // Calls `member(key, value, path)` for each member of an object but annotations; it returns
  // false for a member that it does not know.
  template <class F>
  void members(const Json& value, std::string_view path, F&& member) {
    if (!value.is_object()) return blame(path.empty() ? "body" : path, "must be an object");
    for (const auto& [key, held] : value.items()) {
      if (key.find('@') != std::string::npos) continue;
      const std::string at = path.empty() ? key : std::string(path) + "/" + key;
      if (!member(std::string_view(key), held, at)) blame(at, "no such property");
    }
  }

  std::vector<std::string> texts(const Json& value, std::string_view path) {
    std::vector<std::string> read;
    list(value, path, [&](const Json& entry, const std::string& at) {
      if (Text held = text(entry, at)) read.push_back(std::move(*held));
    });
    return read;
  }

 private:
  std::string fault_;
};

struct Member {
  std::string_view name;
  Text* into;
};

// Reads an object of texts, one of which may be the entry's type.
void read_texts(ValueReader& reader, const Json& value, std::string_view path,
                std::initializer_list<Member> known, std::span<const std::string_view> types = {},
                std::string* type = nullptr) {
  reader.members(value, path, [&](std::string_view key, const Json& member, std::string_view at) {
    if (type != nullptr && equal_ignoring_case(key, "Type")) {
      *type = reader.choice(member, at, types, *type);
      return true;
    }
    for (const Member& one : known) {
      if (!equal_ignoring_case(key, one.name)) continue;
      *one.into = reader.text(member, at);
      return true;
    }
    return false;
  });
}

PostalAddress read_address(ValueReader& reader, const Json& value, std::string_view path,
                           bool with_type) {
  PostalAddress address{.type = "Unknown"};
  read_texts(reader, value, path,
             {{"PostOfficeBox", &address.post_office_box},
              {"Street", &address.street},
              {"City", &address.city},
              {"State", &address.state},
              {"CountryOrRegion", &address.country_or_region},
              {"PostalCode", &address.postal_code}},
             address_types(), with_type ? &address.type : nullptr);
  return address;
}

EmailAddress read_email(ValueReader& reader, const Json& value, std::string_view path) {
  EmailAddress email;
  Text address;
  read_texts(reader, value, path, {{"Name", &email.name}, {"Address", &address}});
  email.address = address.value_or("");
  return email;
}

Phone read_phone(ValueReader& reader, const Json& value, std::string_view path) {
  Phone phone{.type = "Other", .number = {}};
  Text number;
  read_texts(reader, value, path, {{"Number", &number}}, phone_types(), &phone.type);
  phone.number = number.value_or("");
  return phone;
}

Website read_website(ValueReader& reader, const Json& value, std::string_view path) {
  Website website{.type = "Other", .address = {}, .display_name = {}};
  Text address;
  read_texts(reader, value, path, {{"Address", &address}, {"DisplayName", &website.display_name}},
             website_types(), &website.type);
  website.address = address.value_or("");
  return website;
}

FlagStatus read_status(ValueReader& reader, const Json& value, std::string_view path) {
  constexpr std::array kNames{std::string_view("NotFlagged"), std::string_view("Flagged"),
                              std::string_view("Complete")};
  const std::string read = reader.choice(value, path, kNames, kNames[0]);
  if (read == kNames[1]) return FlagStatus::flagged;
  return read == kNames[2] ? FlagStatus::complete : FlagStatus::not_flagged;
}

void read_flag(ValueReader& reader, const Json& value, std::string_view path, ContactPatch& patch) {
  Flag& flag = patch.values.flag;
  if (value.is_null()) {
    patch.flag_status = true;
    return;
  }
  reader.members(value, path, [&](std::string_view key, const Json& member, std::string_view at) {
    if (equal_ignoring_case(key, "FlagStatus")) {
      flag.status = read_status(reader, member, at);
      patch.flag_status = true;
    } else if (equal_ignoring_case(key, "DueDateTime")) {
      flag.due = reader.zoned(member, at);
      patch.flag_due = true;
    } else if (equal_ignoring_case(key, "StartDateTime")) {
      flag.start = reader.zoned(member, at);
      patch.flag_start = true;
    } else if (equal_ignoring_case(key, "CompletedDateTime")) {
      flag.completed = reader.zoned(member, at);
      patch.flag_completed = true;
    } else {
      return false;
    }
    return true;
  });
}

// The v2.0 slots write into the lists of the model, under the slot's type.
void read_phones_slot(ValueReader& reader, const Json& value, std::string_view path,
                      std::string_view type, Contact& contact) {
  for (std::string& number : reader.texts(value, path)) {
    contact.phones.push_back({std::string(type), std::move(number)});
  }
}

void read_address_slot(ValueReader& reader, const Json& value, std::string_view path,
                       std::string_view type, Contact& contact) {
  if (value.is_null()) return;
  PostalAddress address = read_address(reader, value, path, false);
  address.type = type;
  const PostalAddress blank{.type = std::string(type)};
  if (address != blank) contact.postal_addresses.push_back(std::move(address));
}

bool read_slot(ValueReader& reader, P property, const Json& value, std::string_view path,
               Contact& contact) {
  switch (property) {
    case P::business_home_page:
      if (Text page = reader.text(value, path)) {
        contact.websites.push_back({"Work", std::move(*page), std::nullopt});
      }
      return true;
    case P::mobile_phone:
      if (Text number = reader.text(value, path)) {
        contact.phones.push_back({"Mobile", std::move(*number)});
      }
      return true;
    case P::home_phones: read_phones_slot(reader, value, path, "Home", contact); return true;
    case P::business_phones:
      read_phones_slot(reader, value, path, "Business", contact);
      return true;
    case P::home_address: read_address_slot(reader, value, path, "Home", contact); return true;
    case P::business_address:
      read_address_slot(reader, value, path, "Business", contact);
      return true;
    case P::other_address: read_address_slot(reader, value, path, "Other", contact); return true;
    default: return false;
  }
}

void read_list(ValueReader& reader, P property, const Json& value, std::string_view path,
               Contact& contact) {
  switch (property) {
    case P::categories: contact.categories = reader.texts(value, path); break;
    case P::im_addresses: contact.im_addresses = reader.texts(value, path); break;
    case P::children: contact.children = reader.texts(value, path); break;
    case P::email_addresses:
      reader.list(value, path, [&](const Json& entry, const std::string& at) {
        contact.email_addresses.push_back(read_email(reader, entry, at));
      });
      break;
    case P::phones:
      reader.list(value, path, [&](const Json& entry, const std::string& at) {
        contact.phones.push_back(read_phone(reader, entry, at));
      });
      break;
    case P::postal_addresses:
      reader.list(value, path, [&](const Json& entry, const std::string& at) {
        contact.postal_addresses.push_back(read_address(reader, entry, at, true));
      });
      break;
    case P::websites:
      reader.list(value, path, [&](const Json& entry, const std::string& at) {
        contact.websites.push_back(read_website(reader, entry, at));
      });
      break;
    default: break;
  }
}

void read_property(ValueReader& reader, const PropertyInfo& property, const Json& value,
                   std::string_view path, ContactPatch& patch) {
  Contact& contact = patch.values;
  patch.mark(property.property);
  if (property.text != nullptr) {
    contact.*property.text = reader.text(value, path);
    return;
  }
  switch (property.property) {
    case P::folder_id: contact.folder_id = reader.text(value, path).value_or(""); return;
    case P::birthday: contact.birthday = reader.instant(value, path); return;
    case P::is_favorite: contact.is_favorite = reader.boolean(value, path); return;
    case P::flag: read_flag(reader, value, path, patch); return;
    default: break;
  }
  if (!read_slot(reader, property.property, value, path, contact)) {
    read_list(reader, property.property, value, path, contact);
  }
}

}  // namespace

Result<ContactPatch> parse_contact(std::string_view body, Shape shape) {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail(Errc::bad_request, "body: is not JSON");
  ValueReader reader;
  ContactPatch patch;
  reader.members(json, "", [&](std::string_view key, const Json& value, std::string_view) {
    const PropertyInfo* property = find_property(key);
    if (property == nullptr) return false;
    if (property->read_only) return true;
    if (shape == Shape::beta ? !property->in_beta : !property->in_v2) return false;
    read_property(reader, *property, value, property->name, patch);
    return true;
  });
  if (!reader.fault().empty()) return fail(Errc::bad_request, reader.fault());
  return patch;
}

Result<std::string> parse_folder(std::string_view body) {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_discarded()) return fail(Errc::bad_request, "body: is not JSON");
  ValueReader reader;
  Text given;
  reader.members(json, "", [&](std::string_view key, const Json& value, std::string_view path) {
    if (equal_ignoring_case(key, "DisplayName")) given = reader.text(value, path);
    constexpr std::array kKnown{std::string_view("DisplayName"), std::string_view("Id"),
                                std::string_view("ParentFolderId"),
                                std::string_view("WellKnownName")};
    return std::ranges::any_of(kKnown, [&](auto one) { return equal_ignoring_case(one, key); });
  });
  if (!reader.fault().empty()) return fail(Errc::bad_request, reader.fault());
  const std::string display_name(trimmed(given.value_or("")));
  if (display_name.empty()) return fail(Errc::bad_request, "DisplayName: must not be empty");
  return display_name;
}

Result<Contact> from_document(std::string_view document) {
  auto read = parse_contact(document, Shape::beta);
  if (!read) return fail(Errc::internal, "a stored contact is damaged: " + read.error().detail);
  return std::move(read->values);
}

}  // namespace likeness::contacts
