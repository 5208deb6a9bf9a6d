#include <algorithm>
#include <unordered_map>
#include <utility>

#include "proxy/contacts/encoding.h"
#include "proxy/contacts/text.h"
#include "proxy/contacts/vcard.h"

namespace likeness::contacts {
namespace {

using P = Property;

void set(Card& card, P property, std::string value) {
  value = trimmed(value);
  if (value.empty()) return;
  card.patch.values.*info(property).text = std::move(value);
  card.patch.mark(property);
}

std::string part(const std::vector<std::string>& parts, std::size_t index) {
  return index < parts.size() ? parts[index] : std::string();
}

Text part_text(const std::vector<std::string>& parts, std::size_t index) {
  std::string held(trimmed(part(parts, index)));
  return held.empty() ? Text() : Text(std::move(held));
}

bool preferred(const VcardLine& line) { return line.is_type("pref") || line.has("PREF", "1"); }

// Preferred entries go first: the first address is what a contact is found by.
template <class Entry>
void put(std::vector<Entry>& list, Entry entry, bool first) {
  list.insert(first ? list.begin() : list.end(), std::move(entry));
}

void read_n(const VcardLine& line, Card& card) {
  const auto parts = split_escaped(line.value, ';');
  set(card, P::surname, part(parts, 0));
  set(card, P::given_name, part(parts, 1));
  set(card, P::middle_name, part(parts, 2));
  set(card, P::title, part(parts, 3));
  set(card, P::generation, part(parts, 4));
}

void read_org(const VcardLine& line, Card& card) {
  const auto parts = split_escaped(line.value, ';');
  set(card, P::company_name, part(parts, 0));
  set(card, P::department, part(parts, 1));
}

std::string phone_type(const VcardLine& line) {
  const bool work = line.is_type("work");
  const bool home = line.is_type("home");
  if (line.is_type("pager")) return "Pager";
  if (line.is_type("fax")) return work ? "BusinessFax" : home ? "HomeFax" : "OtherFax";
  if (line.is_type("cell") || line.is_type("mobile") || line.is_type("iphone")) return "Mobile";
  if (line.is_type("car")) return "Radio";
  if (line.is_type("x-assistant") || line.is_type("assistant")) return "Assistant";
  if (work) return "Business";
  return home ? "Home" : "Other";
}

void read_tel(const VcardLine& line, Card& card) {
  std::string number = unescaped(line.value);
  if (equal_ignoring_case(std::string_view(number).substr(0, 4), "tel:")) number.erase(0, 4);
  number = trimmed(number);
  if (number.empty()) return;
  put(card.patch.values.phones, Phone{phone_type(line), std::move(number)}, preferred(line));
  card.patch.mark(P::phones);
}

void read_email(const VcardLine& line, Card& card) {
  std::string address(trimmed(unescaped(line.value)));
  if (address.empty()) return;
  put(card.patch.values.email_addresses, EmailAddress{std::nullopt, std::move(address)},
      preferred(line));
  card.patch.mark(P::email_addresses);
}

void read_adr(const VcardLine& line, Card& card) {
  const auto parts = split_escaped(line.value, ';');
  PostalAddress address;
  address.type = line.is_type("work") ? "Business" : line.is_type("home") ? "Home" : "Other";
  address.post_office_box = part_text(parts, 0);
  address.street = part_text(parts, 2);
  // Outlook has no field for the flat or the floor.
  if (Text extended = part_text(parts, 1)) {
    address.street = address.street ? *address.street + "\n" + *extended : *extended;
  }
  address.city = part_text(parts, 3);
  address.state = part_text(parts, 4);
  address.postal_code = part_text(parts, 5);
  address.country_or_region = part_text(parts, 6);
  if (address == PostalAddress{.type = address.type}) return;
  put(card.patch.values.postal_addresses, std::move(address), preferred(line));
  card.patch.mark(P::postal_addresses);
}

void read_url(const VcardLine& line, Card& card) {
  std::string address(trimmed(unescaped(line.value)));
  if (address.empty()) return;
  std::string type = "Other";
  for (const std::string_view known : website_types()) {
    if (line.is_type(known)) type = known;
  }
  put(card.patch.values.websites, Website{std::move(type), std::move(address), std::nullopt},
      preferred(line));
  card.patch.mark(P::websites);
}

void read_bday(const VcardLine& line, Card& card) {
  std::string value(trimmed(line.value));
  const auto digits = [&value] {
    return value.find_first_not_of("0123456789") == std::string::npos;
  };
  if (value.size() == 8 && digits()) value.insert(6, "-").insert(4, "-");
  const auto birthday = parse_instant(value);
  if (!birthday) {
    card.remarks.emplace_back("BDAY: is no full date");
    return;
  }
  card.patch.values.birthday = start_of_day(*birthday);
  card.patch.mark(P::birthday);
}

void read_words(const VcardLine& line, Card& card, std::vector<std::string>& into, P property) {
  for (const std::string& word : split_escaped(line.value, ',')) {
    if (trimmed(word).empty()) continue;
    into.emplace_back(trimmed(word));
    card.patch.mark(property);
  }
}

void read_gender(const VcardLine& line, Card& card) {
  const auto parts = split_escaped(line.value, ';');
  const std::string sex = ascii_lower(trimmed(part(parts, 0)));
  if (sex == "m" || sex == "male") return set(card, P::gender, "Male");
  if (sex == "f" || sex == "female") return set(card, P::gender, "Female");
  set(card, P::gender, parts.size() > 1 ? part(parts, 1) : "");
}

void read_related(const VcardLine& line, Card& card) {
  const std::string who = unescaped(line.value);
  if (line.is_type("spouse")) set(card, P::spouse_name, who);
  if (line.is_type("child") && !trimmed(who).empty()) {
    card.patch.values.children.emplace_back(trimmed(who));
    card.patch.mark(P::children);
  }
}

void read_photo(const VcardLine& line, Card& card) {
  std::string_view value = trimmed(line.value);
  if (value.empty() || !card.photo.empty()) return;
  if (equal_ignoring_case(value.substr(0, 5), "data:")) {
    const std::size_t comma = value.find(',');
    const bool base64 =
        comma != std::string_view::npos && ascii_lower(value.substr(0, comma)).ends_with(";base64");
    if (!base64) {
      card.remarks.emplace_back("PHOTO: is a data: link without base64");
      return;
    }
    value.remove_prefix(comma + 1);
  } else if (!line.has("ENCODING", "b") && !line.has("ENCODING", "base64")) {
    card.remarks.emplace_back("PHOTO: is a link and was not fetched");
    return;
  }
  auto bytes = from_base64(value);
  if (!bytes || bytes->empty()) {
    card.remarks.emplace_back("PHOTO: is no base64");
    return;
  }
  card.photo = *std::move(bytes);
}

using Read = void (*)(const VcardLine&, Card&);

template <P property>
void read_text(const VcardLine& line, Card& card) {
  set(card, property, unescaped(line.value));
}

const std::unordered_map<std::string_view, Read>& readers() {
  static const std::unordered_map<std::string_view, Read> table{
      {"N", read_n},
      {"FN", read_text<P::display_name>},
      {"ORG", read_org},
      {"TEL", read_tel},
      {"EMAIL", read_email},
      {"ADR", read_adr},
      {"URL", read_url},
      {"BDAY", read_bday},
      {"PHOTO", read_photo},
      {"GENDER", read_gender},
      {"X-GENDER", read_gender},
      {"RELATED", read_related},
      {"TITLE", read_text<P::job_title>},
      {"ROLE", read_text<P::profession>},
      {"NICKNAME", read_text<P::nick_name>},
      {"NOTE", read_text<P::personal_notes>},
      {"X-PHONETIC-FIRST-NAME", read_text<P::yomi_given_name>},
      {"X-PHONETIC-LAST-NAME", read_text<P::yomi_surname>},
      {"X-PHONETIC-ORG", read_text<P::yomi_company_name>},
      {"X-EVOLUTION-FILE-AS", read_text<P::file_as>},
      {"X-MS-MANAGER", read_text<P::manager>},
      {"X-MANAGER", read_text<P::manager>},
      {"X-MS-ASSISTANT", read_text<P::assistant_name>},
      {"X-ASSISTANT", read_text<P::assistant_name>},
      {"X-MS-SPOUSE", read_text<P::spouse_name>},
      {"X-SPOUSE", read_text<P::spouse_name>},
      {"X-OFFICE", read_text<P::office_location>},
      {"X-INITIALS", read_text<P::initials>},
      {"CATEGORIES",
       [](const VcardLine& line, Card& card) {
         read_words(line, card, card.patch.values.categories, P::categories);
       }},
      {"IMPP",
       [](const VcardLine& line, Card& card) {
         read_words(line, card, card.patch.values.im_addresses, P::im_addresses);
       }},
      {"UID", [](const VcardLine& line,
                 Card& card) { card.patch.values.uid = trimmed(unescaped(line.value)); }},
  };
  return table;
}

bool is(const VcardLine& line, std::string_view name) {
  return line.name == name && equal_ignoring_case(trimmed(line.value), "VCARD");
}

}  // namespace

void read_vcard_property(const VcardLine& property, Card& card) {
  const auto reader = readers().find(property.name);
  if (reader != readers().end()) reader->second(property, card);
}

std::optional<std::variant<Card, SkippedCard>> VcardReader::next() {
  if (begun_) return read_card(*std::exchange(begun_, std::nullopt));
  std::optional<std::int64_t> stray;
  while (true) {
    const auto line = lines_.next(stray ? 1'024 : kMaxCardBytes);
    if (line && !is(*line, "BEGIN")) {
      if (!stray) stray = line->line;
      continue;
    }
    if (stray) {
      if (line) begun_ = line->line;
      return SkippedCard{*stray, "no vCard begins here"};
    }
    if (!line) return std::nullopt;
    return read_card(line->line);
  }
}

std::variant<Card, SkippedCard> VcardReader::read_card(std::int64_t begin) {
  Card card;
  card.line = begin;
  std::size_t left = kMaxCardBytes;
  int nested = 0;  // vCard 2.1 puts an AGENT's card inside; it is somebody else.
  bool too_long = false;
  while (auto line = lines_.next(left)) {
    if (is(*line, "BEGIN")) {
      ++nested;
    } else if (is(*line, "END")) {
      if (nested-- > 0) continue;
      if (too_long) return SkippedCard{begin, "the card is too large"};
      if (card.patch.given.none()) return SkippedCard{begin, "the card says nothing of use"};
      return card;
    } else if (nested == 0) {
      too_long = too_long || line->too_long;
      left -= std::min(left, line->value.size());
      if (!too_long) read_vcard_property(*line, card);
    }
  }
  return SkippedCard{begin, "the card has no END:VCARD"};
}

}  // namespace likeness::contacts
