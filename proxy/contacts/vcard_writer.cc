#include "proxy/contacts/encoding.h"
#include "proxy/contacts/text.h"
#include "proxy/contacts/vcard.h"

namespace likeness::contacts {
namespace {

constexpr std::size_t kFoldBytes = 75;

std::string escape(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\r') continue;
    if (c == '\\' || c == ',' || c == ';') out += '\\';
    out += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return out;
}

std::string escaped(const Text& text) { return text ? escape(*text) : std::string(); }

class Writer {
 public:
  explicit Writer(VcardVersion version) : version_(version) {}

  // `value` is escaped already. Lines are folded at 75 bytes, never inside a character.
  void line(std::string_view name, std::string_view value) {
    std::string text(name);
    text += ':';
    text += value;
    std::string_view rest = text;
    std::size_t room = kFoldBytes;
    while (rest.size() > room) {
      std::size_t cut = room;
      while (cut > 1 && (static_cast<unsigned char>(rest[cut]) & 0xC0) == 0x80) --cut;
      out_ += rest.substr(0, cut);
      out_ += "\r\n ";
      rest.remove_prefix(cut);
      room = kFoldBytes - 1;
    }
    out_ += rest;
    out_ += "\r\n";
  }

  void text(std::string_view name, const Text& value) {
    if (value && !value->empty()) line(name, escape(*value));
  }

  [[nodiscard]] bool v4() const { return version_ == VcardVersion::v4; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  VcardVersion version_;
  std::string out_;
};

void write_name(Writer& writer, const Contact& c) {
  writer.line("N", escaped(c.surname) + ';' + escaped(c.given_name) + ';' + escaped(c.middle_name) +
                       ';' + escaped(c.title) + ';' + escaped(c.generation));
  writer.line("FN", escaped(c.display_name));
  writer.text("NICKNAME", c.nick_name);
  writer.text("X-INITIALS", c.initials);
  writer.text("X-EVOLUTION-FILE-AS", c.file_as);
  writer.text("X-PHONETIC-FIRST-NAME", c.yomi_given_name);
  writer.text("X-PHONETIC-LAST-NAME", c.yomi_surname);
  writer.text("X-PHONETIC-ORG", c.yomi_company_name);
}

void write_work(Writer& writer, const Contact& c) {
  if (c.company_name || c.department) {
    std::string organisation = escaped(c.company_name);
    if (c.department && !c.department->empty()) organisation += ';' + escaped(c.department);
    if (!organisation.empty()) writer.line("ORG", organisation);
  }
  writer.text("TITLE", c.job_title);
  writer.text("ROLE", c.profession);
  writer.text("X-OFFICE", c.office_location);
  writer.text("X-MS-MANAGER", c.manager);
  writer.text("X-MS-ASSISTANT", c.assistant_name);
}

std::string_view phone_types_of(std::string_view type) {
  if (type == "Home") return ";TYPE=home,voice";
  if (type == "Business") return ";TYPE=work,voice";
  if (type == "Mobile") return ";TYPE=cell";
  if (type == "HomeFax") return ";TYPE=home,fax";
  if (type == "BusinessFax") return ";TYPE=work,fax";
  if (type == "OtherFax") return ";TYPE=fax";
  if (type == "Pager") return ";TYPE=pager";
  if (type == "Radio") return ";TYPE=car";
  if (type == "Assistant") return ";TYPE=x-assistant";
  return ";TYPE=voice";
}

void write_reach(Writer& writer, const Contact& c) {
  for (const EmailAddress& email : c.email_addresses) {
    writer.line(writer.v4() ? "EMAIL" : "EMAIL;TYPE=internet", escape(email.address));
  }
  for (const Phone& phone : c.phones) {
    if (phone.number.empty()) continue;
    writer.line("TEL" + std::string(phone_types_of(phone.type)), escape(phone.number));
  }
  for (const PostalAddress& a : c.postal_addresses) {
    const std::string_view type = a.type == "Business" ? ";TYPE=work"
                                  : a.type == "Home"   ? ";TYPE=home"
                                                       : "";
    writer.line("ADR" + std::string(type), escaped(a.post_office_box) + ";;" + escaped(a.street) +
                                               ';' + escaped(a.city) + ';' + escaped(a.state) +
                                               ';' + escaped(a.postal_code) + ';' +
                                               escaped(a.country_or_region));
  }
  for (const Website& website : c.websites) {
    const std::string type = website.type == "Other" ? "" : ";TYPE=" + ascii_lower(website.type);
    writer.line("URL" + type, escape(website.address));
  }
  for (const std::string& address : c.im_addresses) writer.line("IMPP", escape(address));
}

void write_person(Writer& writer, const Contact& c) {
  if (c.birthday) {
    const std::string day = format_instant(*c.birthday).substr(0, 10);
    writer.line("BDAY", writer.v4() ? day.substr(0, 4) + day.substr(5, 2) + day.substr(8) : day);
  }
  if (c.gender && !c.gender->empty()) {
    const bool male = equal_ignoring_case(*c.gender, "male");
    const bool female = equal_ignoring_case(*c.gender, "female");
    writer.line(writer.v4() ? "GENDER" : "X-GENDER", male     ? "M"
                                                     : female ? "F"
                                                              : ";" + escape(*c.gender));
  }
  writer.text("X-MS-SPOUSE", c.spouse_name);
  for (const std::string& child : c.children) {
    writer.line("RELATED;TYPE=child;VALUE=text", escape(child));
  }
  if (!c.categories.empty()) {
    std::string words;
    for (const std::string& category : c.categories) {
      words += (words.empty() ? "" : ",") + escape(category);
    }
    writer.line("CATEGORIES", words);
  }
  writer.text("NOTE", c.personal_notes);
}

void write_photo(Writer& writer, std::string_view photo, std::string_view type) {
  if (photo.empty()) return;
  if (writer.v4()) {
    writer.line("PHOTO", "data:" + std::string(type) + ";base64," + base64(photo));
    return;
  }
  std::string subtype(type.substr(type.find('/') + 1));
  for (char& c : subtype) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  writer.line("PHOTO;ENCODING=b;TYPE=" + subtype, base64(photo));
}

}  // namespace

std::string to_vcard(const Contact& contact, std::string_view photo, std::string_view photo_type,
                     VcardVersion version) {
  Writer writer(version);
  writer.line("BEGIN", "VCARD");
  writer.line("VERSION", version == VcardVersion::v4 ? "4.0" : "3.0");
  writer.line("UID", escape(contact.uid.empty() ? contact.id : contact.uid));
  write_name(writer, contact);
  write_work(writer, contact);
  write_reach(writer, contact);
  write_person(writer, contact);
  write_photo(writer, photo, photo_type);
  writer.line("END", "VCARD");
  return writer.take();
}

}  // namespace likeness::contacts
