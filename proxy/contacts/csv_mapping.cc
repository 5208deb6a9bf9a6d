#include <array>

#include "proxy/contacts/csv.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

using P = Property;

// Numbered columns ("E-mail 3 - Value") are looked for up to here.
constexpr int kMaxNumbered = 20;
// Google puts several values into one field with this between them.
constexpr std::string_view kBetween = " ::: ";

struct TextColumn {
  std::string_view name;
  P property;
};
// The first one that has a value wins, so today's Google names and Outlook's stand before older.
constexpr std::array kTextColumns{
    TextColumn{"first name", P::given_name},
    TextColumn{"given name", P::given_name},
    TextColumn{"middle name", P::middle_name},
    TextColumn{"additional name", P::middle_name},
    TextColumn{"last name", P::surname},
    TextColumn{"family name", P::surname},
    TextColumn{"title", P::title},
    TextColumn{"name prefix", P::title},
    TextColumn{"suffix", P::generation},
    TextColumn{"name suffix", P::generation},
    TextColumn{"name", P::display_name},
    TextColumn{"display name", P::display_name},
    TextColumn{"file as", P::file_as},
    TextColumn{"initials", P::initials},
    TextColumn{"nickname", P::nick_name},
    TextColumn{"phonetic first name", P::yomi_given_name},
    TextColumn{"given yomi", P::yomi_given_name},
    TextColumn{"given name yomi", P::yomi_given_name},
    TextColumn{"phonetic last name", P::yomi_surname},
    TextColumn{"surname yomi", P::yomi_surname},
    TextColumn{"family name yomi", P::yomi_surname},
    TextColumn{"company yomi", P::yomi_company_name},
    TextColumn{"organization name", P::company_name},
    TextColumn{"organization 1 - name", P::company_name},
    TextColumn{"company", P::company_name},
    TextColumn{"organization title", P::job_title},
    TextColumn{"organization 1 - title", P::job_title},
    TextColumn{"job title", P::job_title},
    TextColumn{"organization department", P::department},
    TextColumn{"organization 1 - department", P::department},
    TextColumn{"department", P::department},
    TextColumn{"office location", P::office_location},
    TextColumn{"organization 1 - location", P::office_location},
    TextColumn{"profession", P::profession},
    TextColumn{"occupation", P::profession},
    TextColumn{"assistant's name", P::assistant_name},
    TextColumn{"manager's name", P::manager},
    TextColumn{"spouse", P::spouse_name},
    TextColumn{"notes", P::personal_notes},
};

struct PhoneColumn {
  std::string_view name;
  std::string_view type;
};
constexpr std::array kPhoneColumns{PhoneColumn{"business phone", "Business"},
                                   PhoneColumn{"business phone 2", "Business"},
                                   PhoneColumn{"home phone", "Home"},
                                   PhoneColumn{"home phone 2", "Home"},
                                   PhoneColumn{"mobile phone", "Mobile"},
                                   PhoneColumn{"primary phone", "Other"},
                                   PhoneColumn{"other phone", "Other"},
                                   PhoneColumn{"company main phone", "Business"},
                                   PhoneColumn{"assistant's phone", "Assistant"},
                                   PhoneColumn{"home fax", "HomeFax"},
                                   PhoneColumn{"business fax", "BusinessFax"},
                                   PhoneColumn{"other fax", "OtherFax"},
                                   PhoneColumn{"pager", "Pager"},
                                   PhoneColumn{"car phone", "Radio"},
                                   PhoneColumn{"radio phone", "Radio"}};

std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    const std::string_view part = trimmed(text.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + separator.size());
  }
  return parts;
}

// Google's labels ("* Work", "Home Fax", "Mobile") and Outlook's types.
std::string phone_type(std::string_view label) {
  const std::string lower = ascii_lower(label);
  const auto has = [&lower](std::string_view word) {
    return lower.find(word) != std::string::npos;
  };
  if (has("pager")) return "Pager";
  if (has("fax")) return has("work") ? "BusinessFax" : has("home") ? "HomeFax" : "OtherFax";
  if (has("mobile") || has("cell")) return "Mobile";
  if (has("work") || has("business")) return "Business";
  return has("home") ? "Home" : "Other";
}

std::string address_type(std::string_view label) {
  const std::string type = phone_type(label);
  return type == "Business" || type == "Home" ? type : "Other";
}

// ISO, or Outlook's month/day/year, where 0/0/00 means none.
std::optional<Instant> birthday(std::string_view text) {
  if (const auto read = parse_instant(text)) return start_of_day(*read);
  const auto parts = split(text, "/");
  if (parts.size() != 3 || parts[2].size() != 4 || parts[0].size() > 2 || parts[1].size() > 2) {
    return std::nullopt;
  }
  const auto padded = [](const std::string& part) {
    return std::string(2 - part.size(), '0') + part;
  };
  return parse_instant(parts[2] + "-" + padded(parts[0]) + "-" + padded(parts[1]));
}

}  // namespace

// A row under its mapping, by column names.
struct CsvMapping::Row {
  const CsvMapping& mapping;
  const CsvRow& row;

  [[nodiscard]] std::string operator[](const std::string& column) const {
    const auto found = mapping.columns_.find(column);
    if (found == mapping.columns_.end() || found->second >= row.fields.size()) return {};
    return std::string(trimmed(row.fields[found->second]));
  }
  [[nodiscard]] std::string either(const std::string& first, const std::string& second) const {
    std::string value = (*this)[first];
    return value.empty() ? (*this)[second] : value;
  }
  // "<what> <n> - <rest>", as Google numbers its columns; its types were called labels later.
  [[nodiscard]] std::string numbered(std::string_view what, int n, std::string_view rest) const {
    return (*this)[std::string(what) + ' ' + std::to_string(n) + " - " + std::string(rest)];
  }
  [[nodiscard]] std::string label(std::string_view what, int n) const {
    const std::string label = numbered(what, n, "label");
    return label.empty() ? numbered(what, n, "type") : label;
  }
};

namespace {

template <class Row>
void read_texts(const Row& row, Card& card) {
  for (const TextColumn& column : kTextColumns) {
    std::string value = row[std::string(column.name)];
    if (value.empty() || card.patch.has(column.property)) continue;
    card.patch.values.*info(column.property).text = std::move(value);
    card.patch.mark(column.property);
  }
}

template <class Row>
void read_emails(const Row& row, Card& card) {
  auto& emails = card.patch.values.email_addresses;
  for (const std::string number : {"", "2 ", "3 "}) {
    std::string address = row["e-mail " + number + "address"];
    std::string name = row["e-mail " + number + "display name"];
    if (!address.empty()) {
      emails.push_back({name.empty() ? Text() : Text(std::move(name)), std::move(address)});
    }
  }
  for (int n = 1; n <= kMaxNumbered; ++n) {
    for (std::string& address : split(row.numbered("e-mail", n, "value"), kBetween)) {
      emails.push_back({std::nullopt, std::move(address)});
    }
  }
  if (!emails.empty()) card.patch.mark(P::email_addresses);
}

template <class Row>
void read_phones(const Row& row, Card& card) {
  auto& phones = card.patch.values.phones;
  for (const PhoneColumn& column : kPhoneColumns) {
    std::string number = row[std::string(column.name)];
    if (!number.empty()) phones.push_back({std::string(column.type), std::move(number)});
  }
  for (int n = 1; n <= kMaxNumbered; ++n) {
    for (std::string& number : split(row.numbered("phone", n, "value"), kBetween)) {
      phones.push_back({phone_type(row.label("phone", n)), std::move(number)});
    }
  }
  if (!phones.empty()) card.patch.mark(P::phones);
}

Text joined_lines(std::initializer_list<std::string> lines) {
  std::string joined;
  for (const std::string& line : lines) {
    if (line.empty()) continue;
    if (!joined.empty()) joined += '\n';
    joined += line;
  }
  return joined.empty() ? Text() : Text(std::move(joined));
}

void put(Card& card, PostalAddress address) {
  if (address == PostalAddress{.type = address.type}) return;
  card.patch.values.postal_addresses.push_back(std::move(address));
  card.patch.mark(P::postal_addresses);
}

template <class Row>
void read_addresses(const Row& row, Card& card) {
  for (const std::string_view type : {"Business", "Home", "Other"}) {
    const std::string kind = ascii_lower(type) + ' ';
    put(card,
        {.type = std::string(type),
         .post_office_box = joined_lines({row[kind + "address po box"]}),
         .street =
             joined_lines({row[kind + "street"], row[kind + "street 2"], row[kind + "street 3"]}),
         .city = joined_lines({row[kind + "city"]}),
         .state = joined_lines({row[kind + "state"]}),
         .country_or_region = joined_lines({row.either(kind + "country/region", kind + "country")}),
         .postal_code = joined_lines({row[kind + "postal code"]})});
  }
  for (int n = 1; n <= kMaxNumbered; ++n) {
    const auto part = [&](std::string_view name) {
      return joined_lines({row.numbered("address", n, name)});
    };
    put(card, {.type = address_type(row.label("address", n)),
               .post_office_box = part("po box"),
               .street = joined_lines({row.numbered("address", n, "street"),
                                       row.numbered("address", n, "extended address")}),
               .city = part("city"),
               .state = part("region"),
               .country_or_region = part("country"),
               .postal_code = part("postal code")});
  }
}

template <class Row>
void read_lists(const Row& row, Card& card) {
  Contact& contact = card.patch.values;
  const std::string page = row.either("web page", "personal web page");
  if (!page.empty()) contact.websites.push_back({"Work", page, std::nullopt});
  for (int n = 1; n <= kMaxNumbered; ++n) {
    const std::string type = phone_type(row.label("website", n));
    for (std::string& address : split(row.numbered("website", n, "value"), kBetween)) {
      contact.websites.push_back({type == "Business" ? "Work"
                                  : type == "Home"   ? "Home"
                                                     : "Other",
                                  std::move(address), std::nullopt});
    }
    for (std::string& address : split(row.numbered("im", n, "value"), kBetween)) {
      contact.im_addresses.push_back(std::move(address));
    }
  }
  contact.categories = split(row["categories"], ";");
  for (std::string& label : split(row.either("labels", "group membership"), kBetween)) {
    // Google marks its own groups with a star; they say nothing about the person.
    if (!label.starts_with('*')) contact.categories.push_back(std::move(label));
  }
  contact.children = split(row["children"], ";");
  if (!contact.websites.empty()) card.patch.mark(P::websites);
  if (!contact.im_addresses.empty()) card.patch.mark(P::im_addresses);
  if (!contact.categories.empty()) card.patch.mark(P::categories);
  if (!contact.children.empty()) card.patch.mark(P::children);
}

}  // namespace

CsvMapping::CsvMapping(const std::vector<std::string>& header) {
  for (std::size_t i = 0; i < header.size(); ++i) {
    columns_.emplace(ascii_lower(trimmed(header[i])), i);
  }
  for (const TextColumn& column : kTextColumns) {
    useful_ = useful_ || columns_.contains(std::string(column.name));
  }
  useful_ = useful_ || columns_.contains("e-mail address") || columns_.contains("e-mail 1 - value");
}

Card CsvMapping::card(const CsvRow& row) const {
  const Row named{*this, row};
  Card card;
  card.line = row.line;
  read_texts(named, card);
  read_emails(named, card);
  read_phones(named, card);
  read_addresses(named, card);
  read_lists(named, card);
  const std::string gender = named["gender"];
  if (!gender.empty() && !equal_ignoring_case(gender, "unspecified")) {
    card.patch.values.gender = gender;
    card.patch.mark(P::gender);
  }
  const std::string born = named["birthday"];
  card.patch.values.birthday = birthday(born);
  if (card.patch.values.birthday) {
    card.patch.mark(P::birthday);
  } else if (!born.empty() && !born.starts_with("0/0/")) {
    card.remarks.emplace_back("Birthday: is no full date");
  }
  return card;
}

}  // namespace likeness::contacts
