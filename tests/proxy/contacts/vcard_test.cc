#include "proxy/contacts/vcard.h"

#include <sstream>

#include "proxy/contacts/encoding.h"
#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

std::vector<std::variant<Card, SkippedCard>> read_all(const std::string& text) {
  std::istringstream input(text);
  VcardReader reader(input);
  std::vector<std::variant<Card, SkippedCard>> all;
  while (auto next = reader.next()) all.push_back(std::move(*next));
  return all;
}

Card one(const std::string& body) {
  auto all = read_all("BEGIN:VCARD\r\n" + body + "\r\nEND:VCARD\r\n");
  REQUIRE(all.size() == 1);
  REQUIRE(std::holds_alternative<Card>(all[0]));
  return std::get<Card>(all[0]);
}

Contact contact(const std::string& body) { return one(body).patch.values; }

TEST_CASE("a vCard 3.0 becomes a contact", "[contacts][vcard]") {
  const Card card =
      one("VERSION:3.0\r\nUID:urn:uuid:1\r\nN:Vargas;Garret;M.;Dr.;Jr.\r\nFN:Garret Vargas\r\n"
          "NICKNAME:Gar\r\nORG:Contoso\\, Inc.;Operations\r\nTITLE:CVP\r\nROLE:Boss\r\n"
          "EMAIL;TYPE=INTERNET:second@x.y\r\nEMAIL;TYPE=INTERNET,PREF:first@x.y\r\n"
          "TEL;TYPE=CELL:+1 5\r\nTEL;TYPE=WORK,FAX:+1 6\r\nTEL;TYPE=HOME,VOICE:+1 7\r\n"
          "ADR;TYPE=WORK:PO 1;Floor 3;Main St;Seattle;WA;98121;USA\r\nURL;TYPE=WORK:http://c\r\n"
          "BDAY:1974-07-22\r\nNOTE:line one\\nline two\\; done\r\nCATEGORIES:Red,Dark\\, Blue\r\n"
          "item1.IMPP:sip:g@x.y\r\nPHOTO;ENCODING=b;TYPE=JPEG:aGVs\r\n bG8=");
  const Contact& c = card.patch.values;
  CHECK(c.uid == "urn:uuid:1");
  CHECK(c.surname == "Vargas");
  CHECK(c.given_name == "Garret");
  CHECK(c.middle_name == "M.");
  CHECK(c.title == "Dr.");
  CHECK(c.generation == "Jr.");
  CHECK(c.company_name == "Contoso, Inc.");
  CHECK(c.department == "Operations");
  CHECK(c.job_title == "CVP");
  CHECK(c.email_addresses[0].address == "first@x.y");
  CHECK(c.phones ==
        std::vector<Phone>{{"Mobile", "+1 5"}, {"BusinessFax", "+1 6"}, {"Home", "+1 7"}});
  REQUIRE(c.postal_addresses.size() == 1);
  CHECK(c.postal_addresses[0].street == "Main St\nFloor 3");
  CHECK(c.postal_addresses[0].postal_code == "98121");
  CHECK(c.birthday == parse_instant("1974-07-22"));
  CHECK(c.personal_notes == "line one\nline two; done");
  CHECK(c.categories == std::vector<std::string>{"Red", "Dark, Blue"});
  CHECK(c.im_addresses == std::vector<std::string>{"sip:g@x.y"});
  CHECK(card.photo == "hello");
}

TEST_CASE("a vCard 4.0 becomes a contact", "[contacts][vcard]") {
  const Card card = one(
      "VERSION:4.0\nN:;Zo\xC3\xAB;;;\nFN:Zo\xC3\xAB\nTEL;VALUE=uri;TYPE=\"voice,cell\":tel:+1-5\n"
      "BDAY:19740722\nGENDER:F\nEMAIL;PREF=1:z@x.y\n"
      "PHOTO:data:image/jpeg;base64,aGVsbG8=\nRELATED;TYPE=spouse;VALUE=text:Max");
  CHECK(card.patch.values.given_name == "Zo\xC3\xAB");
  CHECK(card.patch.values.phones == std::vector<Phone>{{"Mobile", "+1-5"}});
  CHECK(card.patch.values.gender == "Female");
  CHECK(card.patch.values.spouse_name == "Max");
  CHECK(card.photo == "hello");
}

TEST_CASE("a vCard 2.1 is read with its charset and encodings", "[contacts][vcard]") {
  const Card card =
      one("VERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FCller;J=F6rg\r\n"
          "NOTE;QUOTED-PRINTABLE:a very =\r\nlong=0D=0Anote\r\nTEL;WORK;VOICE:1\r\n"
          "PHOTO;JPEG;BASE64:\r\n aGVs\r\n bG8=\r\n\r\nEMAIL;INTERNET:m@x.y");
  CHECK(card.patch.values.surname == "Müller");
  CHECK(card.patch.values.given_name == "Jörg");
  CHECK(card.patch.values.personal_notes == "a very long\r\nnote");
  CHECK(card.patch.values.phones == std::vector<Phone>{{"Business", "1"}});
  CHECK(card.photo == "hello");
  CHECK(contact("FN:M\xFCller").display_name == "Müller");
}

TEST_CASE("folds go even in the middle of a character", "[contacts][vcard]") {
  CHECK(contact("FN:Z\r\n o\xC3\r\n \xAB\n\t!").display_name == "Zoë!");
}

TEST_CASE("photos that are links or broken are left out with a reason", "[contacts][vcard]") {
  CHECK(one("FN:A\r\nPHOTO;VALUE=uri:http://x/y.jpg").remarks ==
        std::vector<std::string>{"PHOTO: is a link and was not fetched"});
  CHECK(one("FN:A\r\nPHOTO;ENCODING=b:***").remarks.size() == 1);
  CHECK(one("FN:A\r\nPHOTO:data:image/png,raw").remarks.size() == 1);
  CHECK(one("FN:A\r\nBDAY:--0722").remarks.size() == 1);
}

TEST_CASE("bad cards are skipped by their line, and the rest is read", "[contacts][vcard]") {
  const auto all = read_all(
      "\xEF\xBB\xBF"
      "BEGIN:VCARD\nFN:A\nEND:VCARD\n\nstray\nmore\nBEGIN:VCARD\nVERSION:3.0\n"
      "END:VCARD\nBEGIN:VCARD\nFN:B\nAGENT:\nBEGIN:VCARD\nFN:Agent\nEND:VCARD\nEND:VCARD\n"
      "begin:vcard\nno colon here\nFN:C\nend:vcard\nBEGIN:VCARD\nFN:D\n");
  REQUIRE(all.size() == 6);
  CHECK(std::get<Card>(all[0]).patch.values.display_name == "A");
  CHECK(std::get<SkippedCard>(all[1]).line == 5);
  CHECK(std::get<SkippedCard>(all[2]).line == 7);
  CHECK(std::get<Card>(all[3]).patch.values.display_name == "B");
  CHECK(std::get<Card>(all[4]).patch.values.display_name == "C");
  CHECK(std::get<SkippedCard>(all[5]).reason == "the card has no END:VCARD");
}

TEST_CASE("a card whose properties are all empty says nothing", "[contacts][vcard]") {
  for (const std::string property :
       {"CATEGORIES:", "CATEGORIES: , ", "IMPP:", "TEL:", "EMAIL:", "URL:", "ADR:;;", "FN:", "N:;;",
        "ORG:;", "NOTE:", "GENDER:", "RELATED;TYPE=child:", "UID:", "PHOTO:"}) {
    CAPTURE(property);
    const auto all = read_all("BEGIN:VCARD\n" + property + "\nEND:VCARD\n");
    REQUIRE(all.size() == 1);
    CHECK(std::holds_alternative<SkippedCard>(all[0]));
  }
}

TEST_CASE("a card that is too large is skipped without being kept", "[contacts][vcard]") {
  const std::string huge(kMaxCardBytes + 10, 'A');
  const auto all = read_all("BEGIN:VCARD\nFN:A\nPHOTO;ENCODING=b:" + huge +
                            "\nEND:VCARD\nBEGIN:VCARD\nFN:B\nEND:VCARD\n");
  REQUIRE(all.size() == 2);
  CHECK(std::get<SkippedCard>(all[0]).reason == "the card is too large");
  CHECK(std::get<Card>(all[1]).patch.values.display_name == "B");
}

Contact full_contact() {
  Contact c;
  c.uid = "uid-1";
  c.given_name = "Zoë";
  c.surname = "O;Hara, Jr.";
  c.display_name = "Zoë \\ O'Hara";
  c.nick_name = "Zo";
  c.company_name = "Contoso, Inc.";
  c.department = "R;D";
  c.job_title = "CVP";
  c.profession = "Engineer";
  c.personal_notes = std::string(300, 'x') + "\nünï\n" + std::string(200, 'y');
  c.gender = "Female";
  c.birthday = parse_instant("1974-07-22");
  c.spouse_name = "Max";
  c.children = {"Ann", "Bob, Jr."};
  c.categories = {"Red", "Dark, Blue"};
  c.im_addresses = {"sip:z@x.y"};
  c.email_addresses = {{std::nullopt, "z@x.y"}, {std::nullopt, "z2@x.y"}};
  for (const std::string_view type : phone_types()) {
    c.phones.push_back({std::string(type), "+1 " + std::string(type)});
  }
  c.postal_addresses = {{"Business", "PO", "1 Main\nFloor 2", "S", "WA", "USA", "9"},
                        {"Home", {}, "2 Side", {}, {}, {}, {}},
                        {"Other", {}, "3 Back", {}, {}, {}, {}}};
  c.websites = {{"Work", "http://w", {}}, {"Other", "http://o", {}}, {"Blog", "http://b", {}}};
  return c;
}

TEST_CASE("what is written as a vCard is read back as it was", "[contacts][vcard]") {
  const std::string photo("\xFF\xD8\xFF\0\x80", 5);
  for (const VcardVersion version : {VcardVersion::v3, VcardVersion::v4}) {
    const std::string text = to_vcard(full_contact(), photo, "image/jpeg", version);
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find("\r\n", at);
      REQUIRE(end != std::string::npos);
      CHECK(end - at <= 75);
      at = end + 2;
    }
    const auto all = read_all(text);
    REQUIRE(all.size() == 1);
    const Card& card = std::get<Card>(all[0]);
    CHECK(card.patch.values == full_contact());
    CHECK(card.photo == photo);
    CHECK(card.remarks.empty());
  }
}

}  // namespace
}  // namespace likeness::contacts
