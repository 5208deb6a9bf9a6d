#include "proxy/contacts/contact.h"

#include <algorithm>
#include <array>

#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

using P = Property;

constexpr PropertyInfo both(P property, std::string_view name, Text Contact::* text = nullptr) {
  return {property, name, true, true, false, text};
}
constexpr PropertyInfo read_only(P property, std::string_view name) {
  return {property, name, true, true, true, nullptr};
}
constexpr PropertyInfo beta(P property, std::string_view name, Text Contact::* text = nullptr) {
  return {property, name, true, false, false, text};
}
constexpr PropertyInfo v2(P property, std::string_view name) {
  return {property, name, false, true, false, nullptr};
}

constexpr std::array<PropertyInfo, kPropertyCount> kProperties{{
    read_only(P::id, "Id"),
    read_only(P::created, "CreatedDateTime"),
    read_only(P::modified, "LastModifiedDateTime"),
    read_only(P::change_key, "ChangeKey"),
    both(P::categories, "Categories"),
    both(P::folder_id, "ParentFolderId"),
    both(P::birthday, "Birthday"),
    both(P::file_as, "FileAs", &Contact::file_as),
    both(P::display_name, "DisplayName", &Contact::display_name),
    both(P::given_name, "GivenName", &Contact::given_name),
    both(P::initials, "Initials", &Contact::initials),
    both(P::middle_name, "MiddleName", &Contact::middle_name),
    both(P::nick_name, "NickName", &Contact::nick_name),
    both(P::surname, "Surname", &Contact::surname),
    both(P::title, "Title", &Contact::title),
    both(P::yomi_given_name, "YomiGivenName", &Contact::yomi_given_name),
    both(P::yomi_surname, "YomiSurname", &Contact::yomi_surname),
    both(P::yomi_company_name, "YomiCompanyName", &Contact::yomi_company_name),
    both(P::generation, "Generation", &Contact::generation),
    both(P::email_addresses, "EmailAddresses"),
    beta(P::websites, "Websites"),
    both(P::im_addresses, "ImAddresses"),
    both(P::job_title, "JobTitle", &Contact::job_title),
    both(P::company_name, "CompanyName", &Contact::company_name),
    both(P::department, "Department", &Contact::department),
    both(P::office_location, "OfficeLocation", &Contact::office_location),
    both(P::profession, "Profession", &Contact::profession),
    v2(P::business_home_page, "BusinessHomePage"),
    both(P::assistant_name, "AssistantName", &Contact::assistant_name),
    both(P::manager, "Manager", &Contact::manager),
    beta(P::phones, "Phones"),
    beta(P::postal_addresses, "PostalAddresses"),
    v2(P::home_phones, "HomePhones"),
    v2(P::mobile_phone, "MobilePhone1"),
    v2(P::business_phones, "BusinessPhones"),
    v2(P::home_address, "HomeAddress"),
    v2(P::business_address, "BusinessAddress"),
    v2(P::other_address, "OtherAddress"),
    both(P::spouse_name, "SpouseName", &Contact::spouse_name),
    both(P::personal_notes, "PersonalNotes", &Contact::personal_notes),
    both(P::children, "Children"),
    beta(P::gender, "Gender", &Contact::gender),
    beta(P::is_favorite, "IsFavorite"),
    beta(P::flag, "Flag"),
}};

constexpr std::array<std::string_view, 10> kPhoneTypes{
    "Home",    "Business",    "Mobile",   "Other", "Assistant",
    "HomeFax", "BusinessFax", "OtherFax", "Pager", "Radio"};
constexpr std::array<std::string_view, 4> kAddressTypes{"Unknown", "Home", "Business", "Other"};
constexpr std::array<std::string_view, 5> kWebsiteTypes{"Other", "Home", "Work", "Blog", "Profile"};

// Makes the entries of one type those of `given`, and keeps the others in their places.
template <class Entry>
void replace_type(std::vector<Entry>& list, const std::vector<Entry>& given,
                  std::string_view type) {
  const auto is_type = [type](const Entry& entry) { return entry.type == type; };
  std::erase_if(list, is_type);
  std::ranges::copy_if(given, std::back_inserter(list), is_type);
}

void apply_lists(const ContactPatch& patch, Contact& contact) {
  const Contact& v = patch.values;
  if (patch.has(P::categories)) contact.categories = v.categories;
  if (patch.has(P::email_addresses)) contact.email_addresses = v.email_addresses;
  if (patch.has(P::im_addresses)) contact.im_addresses = v.im_addresses;
  if (patch.has(P::children)) contact.children = v.children;
  if (patch.has(P::websites)) contact.websites = v.websites;
  if (patch.has(P::phones)) contact.phones = v.phones;
  if (patch.has(P::postal_addresses)) contact.postal_addresses = v.postal_addresses;
  if (patch.has(P::business_home_page)) replace_type(contact.websites, v.websites, "Work");
  if (patch.has(P::home_phones)) replace_type(contact.phones, v.phones, "Home");
  if (patch.has(P::mobile_phone)) replace_type(contact.phones, v.phones, "Mobile");
  if (patch.has(P::business_phones)) replace_type(contact.phones, v.phones, "Business");
  if (patch.has(P::home_address)) {
    replace_type(contact.postal_addresses, v.postal_addresses, "Home");
  }
  if (patch.has(P::business_address)) {
    replace_type(contact.postal_addresses, v.postal_addresses, "Business");
  }
  if (patch.has(P::other_address)) {
    replace_type(contact.postal_addresses, v.postal_addresses, "Other");
  }
}

Result<void> apply_flag(const ContactPatch& patch, Flag& flag, Instant now) {
  const Flag& given = patch.values.flag;
  if (patch.flag_status) flag.status = given.status;
  switch (flag.status) {
    case FlagStatus::not_flagged:
      if (!patch.flag_status && (given.due || given.start || given.completed)) {
        return fail(Errc::bad_request, "Flag: dates need a FlagStatus of Flagged or Complete");
      }
      flag = Flag{};
      return {};
    case FlagStatus::flagged:
      if (given.completed) {
        return fail(Errc::bad_request,
                    "Flag/CompletedDateTime cannot be set while FlagStatus is Flagged");
      }
      flag.completed.reset();
      if (patch.flag_due) flag.due = given.due;
      if (patch.flag_start) flag.start = given.start;
      return {};
    case FlagStatus::complete:
      flag.due.reset();
      flag.start.reset();
      if (patch.flag_completed && given.completed) flag.completed = given.completed;
      // The service keeps the day of completion alone.
      flag.completed = start_of_day(flag.completed.value_or(now));
      return {};
  }
  return {};
}

bool empty(const Text& text) { return !text || text->empty(); }

bool sound(const std::string& text) { return text.size() <= kMaxTextBytes && valid_utf8(text); }
bool sound(const Text& text) { return !text || sound(*text); }
bool sound(const EmailAddress& email) { return sound(email.name) && sound(email.address); }
bool sound(const Phone& phone) { return sound(phone.number); }
bool sound(const Website& website) { return sound(website.address) && sound(website.display_name); }
bool sound(const PostalAddress& address) {
  return sound(address.post_office_box) && sound(address.street) && sound(address.city) &&
         sound(address.state) && sound(address.country_or_region) && sound(address.postal_code);
}
template <class Entry>
bool sound(const std::vector<Entry>& list) {
  return list.size() <= kMaxListEntries &&
         std::ranges::all_of(list, [](const Entry& entry) { return sound(entry); });
}

// Everything that a parser of ours did not check itself: imported contacts come this way, too.
Result<void> check_limits(const Contact& contact) {
  const auto bad = [](P property) {
    return fail(Errc::bad_request, std::string(info(property).name) + ": is too long or not UTF-8");
  };
  for (const PropertyInfo& property : kProperties) {
    if (property.text != nullptr && !sound(contact.*property.text)) return bad(property.property);
  }
  if (!sound(contact.categories)) return bad(P::categories);
  if (!sound(contact.im_addresses)) return bad(P::im_addresses);
  if (!sound(contact.children)) return bad(P::children);
  if (!sound(contact.email_addresses)) return bad(P::email_addresses);
  if (!sound(contact.websites)) return bad(P::websites);
  if (!sound(contact.phones)) return bad(P::phones);
  if (!sound(contact.postal_addresses)) return bad(P::postal_addresses);
  return {};
}

bool touches_name(const ContactPatch& patch) {
  return patch.has(P::given_name) || patch.has(P::middle_name) || patch.has(P::surname) ||
         patch.has(P::generation);
}

}  // namespace

std::span<const PropertyInfo> properties() { return kProperties; }

const PropertyInfo& info(Property property) {
  return kProperties[static_cast<std::size_t>(property)];
}

const PropertyInfo* find_property(std::string_view name) {
  if (equal_ignoring_case(name, "mobilePhone")) return &info(P::mobile_phone);
  const auto found = std::ranges::find_if(kProperties, [name](const PropertyInfo& property) {
    return equal_ignoring_case(property.name, name);
  });
  return found == kProperties.end() ? nullptr : &*found;
}

std::span<const std::string_view> phone_types() { return kPhoneTypes; }
std::span<const std::string_view> address_types() { return kAddressTypes; }
std::span<const std::string_view> website_types() { return kWebsiteTypes; }

std::string_view name(FlagStatus status) {
  switch (status) {
    case FlagStatus::not_flagged: return "NotFlagged";
    case FlagStatus::flagged: return "Flagged";
    case FlagStatus::complete: return "Complete";
  }
  return "NotFlagged";
}

std::string derived_display_name(const Contact& contact) {
  std::string joined;
  for (const Text* part :
       {&contact.given_name, &contact.middle_name, &contact.surname, &contact.generation}) {
    if (empty(*part)) continue;
    if (!joined.empty()) joined += ' ';
    joined += **part;
  }
  if (!joined.empty()) return joined;
  if (!empty(contact.nick_name)) return *contact.nick_name;
  if (!empty(contact.company_name)) return *contact.company_name;
  if (contact.email_addresses.empty()) return {};
  const EmailAddress& first = contact.email_addresses.front();
  return empty(first.name) ? first.address : *first.name;
}

Result<void> apply(const ContactPatch& patch, Contact& contact, Instant now) {
  for (const PropertyInfo& property : kProperties) {
    if (property.text != nullptr && patch.has(property.property)) {
      contact.*property.text = patch.values.*property.text;
    }
  }
  if (patch.has(P::birthday)) contact.birthday = patch.values.birthday;
  if (patch.has(P::is_favorite)) contact.is_favorite = patch.values.is_favorite;
  apply_lists(patch, contact);
  if (patch.has(P::flag)) {
    if (auto applied = apply_flag(patch, contact.flag, now); !applied) return applied;
  }
  const bool renamed = touches_name(patch) && !patch.has(P::display_name);
  if (renamed || empty(contact.display_name)) contact.display_name = derived_display_name(contact);
  if (!contact.file_as) contact.file_as = "";
  for (EmailAddress& email : contact.email_addresses) {
    if (!email.name) email.name = email.address;
  }
  return check_limits(contact);
}

}  // namespace likeness::contacts
