#include "proxy/contacts/csv.h"

#include <sstream>

#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

std::vector<CsvRow> rows(const std::string& text) {
  std::istringstream input(text);
  CsvReader reader(input);
  std::vector<CsvRow> all;
  while (auto row = reader.next()) all.push_back(std::move(*row));
  return all;
}

using Fields = std::vector<std::string>;

TEST_CASE("rows are split as RFC 4180 says", "[contacts][csv]") {
  const auto all = rows(
      "\xEF\xBB\xBF"
      "a,\"b\"\"c\",\"d\r\ne\"\r\n\r\n,,\r\n1,,\"x\"\n\"last\"");
  REQUIRE(all.size() == 3);
  CHECK(all[0].fields == Fields{"a", "b\"c", "d\r\ne"});
  CHECK(all[0].line == 1);
  CHECK(all[1].fields == Fields{"1", "", "x"});
  CHECK(all[1].line == 5);
  CHECK(all[2].fields == Fields{"last"});
  CHECK(rows("").empty());
}

TEST_CASE("the separator is the one that the first line uses", "[contacts][csv]") {
  CHECK(rows("a;b,b;c\n").front().fields == Fields{"a", "b,b", "c"});
  CHECK(rows("a\tb\n1,5\t2\n").back().fields == Fields{"1,5", "2"});
  CHECK(rows("\"a;;;;\",b\n").front().fields == Fields{"a;;;;", "b"});
}

TEST_CASE("rows that are broken or too large say so", "[contacts][csv]") {
  CHECK(rows("a,b\n\"never closed,\n").back().broken);
  const auto all = rows("a,b\n" + std::string(kMaxRowBytes + 1, 'x') + "\nfine,1\n");
  CHECK(all[1].broken);
  CHECK_FALSE(all[2].broken);
}

TEST_CASE("old Windows text is read", "[contacts][csv]") {
  CHECK(rows("M\xFCller,b\n").front().fields.front() == "Müller");
}

Card card(const std::string& text) {
  const auto all = rows(text);
  REQUIRE(all.size() == 2);
  const CsvMapping mapping(all[0].fields);
  REQUIRE(mapping.useful());
  return mapping.card(all[1]);
}

TEST_CASE("Outlook's columns make a contact", "[contacts][csv]") {
  const Contact c =
      card(
          "First Name,Middle Name,Last Name,Title,Suffix,Company,Job Title,Web Page,Birthday,"
          "E-mail Address,E-mail Display Name,E-mail 2 Address,Home Phone,Mobile Phone,Business "
          "Fax,"
          "Business Street,Business Street 2,Business City,Business "
          "Country/Region,Categories,Gender,"
          "Notes\n"
          "Garret,M,Vargas,Dr.,Jr.,Contoso,CVP,http://w,7/22/1974,g@x.y,G V,g2@x.y,+1 5,+1 6,+1 7,"
          "Main 1,Floor 2,Seattle,USA,Red;Blue,Unspecified,\"a\nb\"\n")
          .patch.values;
  CHECK(c.given_name == "Garret");
  CHECK(c.title == "Dr.");
  CHECK(c.birthday == parse_instant("1974-07-22"));
  CHECK(c.email_addresses == std::vector<EmailAddress>{{"G V", "g@x.y"}, {std::nullopt, "g2@x.y"}});
  CHECK(c.phones ==
        std::vector<Phone>{{"Home", "+1 5"}, {"Mobile", "+1 6"}, {"BusinessFax", "+1 7"}});
  REQUIRE(c.postal_addresses.size() == 1);
  CHECK(c.postal_addresses[0].street == "Main 1\nFloor 2");
  CHECK(c.postal_addresses[0].country_or_region == "USA");
  CHECK(c.categories == std::vector<std::string>{"Red", "Blue"});
  CHECK_FALSE(c.gender.has_value());
  CHECK(c.personal_notes == "a\nb");
  CHECK(c.websites.front().type == "Work");
}

TEST_CASE("Google's columns make a contact, old and new", "[contacts][csv]") {
  const Contact now =
      card(
          "First Name,Last Name,Organization Name,Organization Title,Birthday,Labels,E-mail 1 - "
          "Label,"
          "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - City,"
          "Website 1 - Label,Website 1 - Value\n"
          "Janet,Schorr,Contoso,CVP,1974-07-22,Friends ::: * myContacts,* ,j@x.y ::: "
          "j2@x.y,Work,+1 5,"
          "Home,Seattle,Work,http://w\n")
          .patch.values;
  CHECK(now.given_name == "Janet");
  CHECK(now.company_name == "Contoso");
  CHECK(now.email_addresses.size() == 2);
  CHECK(now.phones == std::vector<Phone>{{"Business", "+1 5"}});
  CHECK(now.postal_addresses.front().type == "Home");
  CHECK(now.categories == std::vector<std::string>{"Friends"});
  const Contact old =
      card(
          "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,Phone 1 - Type,"
          "Phone 1 - Value,Organization 1 - Name\n"
          "Janet Schorr,Janet,Schorr,Home,j@x.y,Mobile,+1 5,Contoso\n")
          .patch.values;
  CHECK(old.display_name == "Janet Schorr");
  CHECK(old.phones == std::vector<Phone>{{"Mobile", "+1 5"}});
  CHECK(old.company_name == "Contoso");
}

TEST_CASE("a table about something else is not useful", "[contacts][csv]") {
  CHECK_FALSE(CsvMapping({"Article", "Price"}).useful());
}

}  // namespace
}  // namespace likeness::contacts
