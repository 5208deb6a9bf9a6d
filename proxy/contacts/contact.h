#ifndef LIKENESS_PROXY_CONTACTS_CONTACT_H_
#define LIKENESS_PROXY_CONTACTS_CONTACT_H_

#include <bitset>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/contacts/datetime.h"

namespace likeness::contacts {

// A contact as Outlook models it: one store for the two shapes in which clients know it. The beta
// shape has lists (Phones, PostalAddresses, Websites), v2.0 has named slots (BusinessPhones,
// HomeAddress, BusinessHomePage …); the model holds the lists, the slots are views of them.
//
// Plain values.

// Text that a client may leave unset: null and "" are different answers in the protocol.
using Text = std::optional<std::string>;

struct EmailAddress {
  Text name;
  std::string address;
  friend bool operator==(const EmailAddress&, const EmailAddress&) = default;
};

// `type` is one of phone_types(), in Outlook's spelling.
struct Phone {
  std::string type;
  std::string number;
  friend bool operator==(const Phone&, const Phone&) = default;
};

// `type` is Unknown, Home, Business or Other.
struct PostalAddress {
  std::string type;
  Text post_office_box = {}, street = {}, city = {}, state = {}, country_or_region = {},
       postal_code = {};
  friend bool operator==(const PostalAddress&, const PostalAddress&) = default;
};

// `type` is Other, Home, Work, Blog or Profile.
struct Website {
  std::string type;
  std::string address;
  Text display_name;
  friend bool operator==(const Website&, const Website&) = default;
};

enum class FlagStatus : std::uint8_t { not_flagged, flagged, complete };

struct Flag {
  FlagStatus status = FlagStatus::not_flagged;
  std::optional<Instant> due, start, completed;
  friend bool operator==(const Flag&, const Flag&) = default;
};

struct Contact {
  // Set by the store alone.
  std::string id;
  std::string folder_id;
  std::string change_key;
  Instant created{};
  Instant modified{};
  // What a vCard calls it; how a repeated import finds it again. No property of the protocol.
  std::string uid;

  std::optional<Instant> birthday;
  Text file_as, display_name, given_name, initials, middle_name, nick_name, surname, title;
  Text yomi_given_name, yomi_surname, yomi_company_name, generation;
  Text job_title, company_name, department, office_location, profession, assistant_name, manager;
  Text spouse_name, personal_notes, gender;
  std::optional<bool> is_favorite;
  std::vector<std::string> categories, im_addresses, children;
  std::vector<EmailAddress> email_addresses;
  std::vector<Website> websites;
  std::vector<Phone> phones;
  std::vector<PostalAddress> postal_addresses;
  Flag flag;

  friend bool operator==(const Contact&, const Contact&) = default;
};

// Entries in one list of a contact, and bytes in one text of it. Outlook's own limits are lower;
// these keep one contact from being a denial of service.
inline constexpr std::size_t kMaxListEntries = 100;
inline constexpr std::size_t kMaxTextBytes = 64 * 1024;

// Every property of both shapes, in the order in which answers show them.
enum class Property : std::uint8_t {
  id,
  created,
  modified,
  change_key,
  categories,
  folder_id,
  birthday,
  file_as,
  display_name,
  given_name,
  initials,
  middle_name,
  nick_name,
  surname,
  title,
  yomi_given_name,
  yomi_surname,
  yomi_company_name,
  generation,
  email_addresses,
  websites,
  im_addresses,
  job_title,
  company_name,
  department,
  office_location,
  profession,
  business_home_page,
  assistant_name,
  manager,
  phones,
  postal_addresses,
  home_phones,
  mobile_phone,
  business_phones,
  home_address,
  business_address,
  other_address,
  spouse_name,
  personal_notes,
  children,
  gender,
  is_favorite,
  flag,
};
inline constexpr std::size_t kPropertyCount = static_cast<std::size_t>(Property::flag) + 1;
using PropertySet = std::bitset<kPropertyCount>;

enum class Shape : std::uint8_t { beta, v2 };

struct PropertyInfo {
  Property property;
  std::string_view name;  // "GivenName".
  bool in_beta;
  bool in_v2;
  bool read_only;
  Text Contact::* text;  // The member, if the property is plain text.
};

// In the order of Property.
[[nodiscard]] std::span<const PropertyInfo> properties();
[[nodiscard]] const PropertyInfo& info(Property property);
// By its name in any case, Graph's "mobilePhone" included: clients of the family write all of them.
[[nodiscard]] const PropertyInfo* find_property(std::string_view name);

[[nodiscard]] std::span<const std::string_view> phone_types();
[[nodiscard]] std::span<const std::string_view> address_types();
[[nodiscard]] std::span<const std::string_view> website_types();
[[nodiscard]] std::string_view name(FlagStatus status);

// What a request changes: only the properties that it gives. Slots of v2.0 replace the entries of
// their type and leave the rest of the list alone. The parts of a flag count one by one.
struct ContactPatch {
  Contact values;
  PropertySet given;
  bool flag_status = false;
  bool flag_due = false;
  bool flag_start = false;
  bool flag_completed = false;

  [[nodiscard]] bool has(Property property) const {
    return given.test(static_cast<std::size_t>(property));
  }
  void mark(Property property) { given.set(static_cast<std::size_t>(property)); }
};

// Changes `contact` as asked and derives what must be derived:
// - DisplayName, where it is empty, or where a part of the name is given without it (as Exchange).
// - Flag: `Flagged` refuses a CompletedDateTime; `Complete` drops start and due dates and notes
//   the day, today's if none is given; `NotFlagged` drops all dates. A date without a flag to
//   belong to is refused.
// - The name of an e-mail address that has none: the address.
// What is over a limit or not UTF-8 is Errc::bad_request that names the property.
// ParentFolderId is not applied: moving is the store's.
[[nodiscard]] Result<void> apply(const ContactPatch& patch, Contact& contact, Instant now);

// The name that stands for a contact that gives none: its parts, else nickname, company, or first
// address; empty if there is nothing.
[[nodiscard]] std::string derived_display_name(const Contact& contact);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_CONTACT_H_
