#include "proxy/photo/tags.h"

#include <catch2/catch.hpp>

namespace likeness::photo {
namespace {

TEST_CASE("tags are what docs/cdn.md says they are") {
  // printf %s anna@example.org | sha256sum | cut -c -16
  CdnSettings settings;
  CHECK(photo_tag("anna@example.org", settings) == "p-a3bf86238a1c59bd");
  CHECK(mailbox_tag("anna@example.org", settings) == "m-a3bf86238a1c59bd");
  settings.tag_salt = "salt:";
  CHECK(photo_tag("anna@example.org", settings) != "p-a3bf86238a1c59bd");
}

TEST_CASE("a contact's photo has its owner's mailbox tag") {
  const CdnSettings settings;
  CHECK(mailbox_of("anna@example.org/contacts/AAMk=") == "anna@example.org");
  CHECK(mailbox_of("anna@example.org") == "anna@example.org");
  const auto mailbox = mailbox_tag("anna@example.org", settings);
  CHECK(mailbox_tag(mailbox_of("anna@example.org/contacts/AAMk="), settings) == mailbox);
  CHECK(mailbox_tag(mailbox_of("anna@example.org"), settings) == mailbox);
  CHECK(mailbox_tag(mailbox_of("bob@example.org"), settings) != mailbox);
  CHECK(photo_tag("bob@example.org", settings) != photo_tag("bob@example.or", settings));
  CHECK(is_tag(mailbox));
  CHECK(is_tag(photo_tag("bob@example.org", settings)));
  for (const char* other : {"", "likeness", "p-", "p-0123456789abcde", "p-0123456789abcdeF",
                            "x-0123456789abcdef", "p-0123456789abcdef0"})
    CHECK_FALSE(is_tag(other));
}

TEST_CASE("each header separates tags in its own way") {
  CdnSettings settings;
  CHECK(tag_lines("ada", settings).empty());
  settings.tag_headers = {"Surrogate-Key", "Cache-Tag", "xkey"};
  const auto photo = photo_tag("ada", settings);
  const auto mailbox = mailbox_tag("ada", settings);
  CHECK(tag_lines("ada", settings) == "Surrogate-Key: likeness " + photo + " " + mailbox +
                                          "\r\nCache-Tag: likeness," + photo + "," + mailbox +
                                          "\r\nxkey: likeness " + photo + " " + mailbox + "\r\n");
}

}  // namespace
}  // namespace likeness::photo
