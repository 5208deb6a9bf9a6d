#include "proxy/contacts/text.h"

#include <catch2/catch.hpp>

namespace likeness::contacts {
namespace {

TEST_CASE("folding makes case, width and composition irrelevant", "[contacts][text]") {
  CHECK(fold("GarretV@Contoso.COM") == "garretv@contoso.com");
  CHECK(fold("ÄRGER") == fold("ärger"));
  CHECK(fold("Straße") == fold("STRASSE"));
  CHECK(fold("e\xCC\x81") == fold("\xC3\xA9"));
  CHECK(fold("\xEF\xBC\xA1") == "a");
  CHECK(fold("").empty());
}

TEST_CASE("bytes that are no UTF-8 fold to something that is", "[contacts][text]") {
  CHECK_FALSE(valid_utf8("a\xFFz"));
  CHECK_FALSE(valid_utf8("\xC3"));
  CHECK(valid_utf8(fold("a\xFFz")));
  CHECK(valid_utf8("Zoë"));
}

TEST_CASE("all that starts with a prefix lies below the text after it", "[contacts][text]") {
  CHECK(std::string("müller") < after_prefix("mü"));
  CHECK(std::string("m\xC3\xBC\xF4\x8F\xBF\xBF") < after_prefix("mü"));
  CHECK(after_prefix("").empty());
}

TEST_CASE("charsets of old vCards become UTF-8, unknown ones are told", "[contacts][text]") {
  CHECK(to_utf8("M\xFCller", "ISO-8859-1") == "Müller");
  CHECK(to_utf8("\x8F\x5C", "Shift_JIS").has_value());
  CHECK(to_utf8("plain", "utf-8") == "plain");
  CHECK_FALSE(to_utf8("x", "no-such-charset").has_value());
}

TEST_CASE("telephone numbers are compared by their digits", "[contacts][text]") {
  CHECK(phone_digits(" +1 (206) 555-0105") == "+12065550105");
  CHECK(phone_digits("ext. 12+3") == "123");
}

}  // namespace
}  // namespace likeness::contacts
