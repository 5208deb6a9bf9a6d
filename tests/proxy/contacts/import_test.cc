#include "proxy/contacts/import.h"

#include "proxy/contacts/encoding.h"
#include "proxy/contacts/export.h"
#include "proxy/contacts/picture.h"
#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

// The header of a PNG of this size; nobody decodes more of it here.
std::string png(int width, int height) {
  std::string bytes("\x89PNG\r\n\x1A\n\0\0\0\rIHDR\0\0", 18);
  bytes += static_cast<char>(width >> 8);
  bytes += static_cast<char>(width & 0xFF);
  bytes += std::string("\0\0", 2);
  bytes += static_cast<char>(height >> 8);
  bytes += static_cast<char>(height & 0xFF);
  return bytes + "the rest";
}

class Importing : public StoreFixture {
 protected:
  ImportReport import(const std::filesystem::path& path) {
    return must(import_path(*store, kMe, path));
  }
  static std::string vcard(const std::string& body) {
    return "BEGIN:VCARD\nVERSION:3.0\n" + body + "\nEND:VCARD\n";
  }
  test::TempFolder files;
};

TEST_CASE_METHOD(Importing, "importing twice changes nothing the second time",
                 "[contacts][import]") {
  const auto path = files.write(
      "people.vcf", vcard("UID:1\nFN:With Uid\nEMAIL:same@x.y") +
                        vcard("UID:2\nFN:Other Uid\nEMAIL:same@x.y") +
                        vcard("FN:By Mail\nEMAIL:Mail@x.y\nPHOTO;ENCODING=b:" + base64(png(3, 4))) +
                        vcard("FN:By Phone\nTEL:+1 (555) 1") + vcard("FN:By Phone\nTEL:+1 2") +
                        vcard("FN:Only Name") + vcard("X-NOTHING:x") + "stray\n");
  const ImportReport first = import(path);
  CHECK(first.created == 6);
  CHECK(first.photos == 1);
  CHECK(first.skipped == 2);
  REQUIRE(first.reasons.size() == 2);
  CHECK(first.reasons[1].starts_with("people.vcf:"));
  const auto token = must(store->changes(kMe, {}, {}, 100)).token;
  const ImportReport second = import(path);
  CHECK(second.created == 0);
  CHECK(second.updated == 0);
  CHECK(second.unchanged == 6);
  CHECK(second.photos == 0);
  CHECK(must(store->changes(kMe, {}, token, 100)).changes.empty());
}

TEST_CASE_METHOD(Importing, "a changed card updates its contact and leaves the rest of it alone",
                 "[contacts][import]") {
  const Contact made =
      create(R"({"GivenName":"Rob","JobTitle":"CVP","EmailAddresses":[{"Address":"ROB@x.y"}]})");
  const ImportReport report =
      import(files.write("a.vcf", vcard("FN:Robert\nEMAIL:rob@X.Y\nNICKNAME:Bob")));
  CHECK(report.updated == 1);
  const Contact now_held = must(store->get(kMe, made.id));
  CHECK(now_held.display_name == "Robert");
  CHECK(now_held.nick_name == "Bob");
  CHECK(now_held.job_title == "CVP");
}

TEST_CASE_METHOD(Importing, "a folder's contacts come before its pictures", "[contacts][import]") {
  files.write("b.vcf", vcard("FN:Ann\nEMAIL:ann@x.y"));
  files.write("c.csv", "First Name,E-mail Address\nBob,bob@x.y\n\"open\n");
  files.write("ann@x.y.png", png(10, 20));
  files.write("new@x.y.png", png(30, 40));
  files.write(std::string(kMe) + ".png", png(50, 60));
  files.write("nobody.png", png(1, 1));
  files.write("readme.txt", "hello");
  const Contact known = named("Known");
  files.write(known.id + ".png", png(7, 8));
  const ImportReport report = import(files.path());
  CHECK(report.created == 3);
  CHECK(report.photos == 4);
  CHECK(report.skipped == 3);
  const auto photo_of = [this](const std::string& address) {
    const auto owner = must(store->photo_owner(address));
    return must(store->photo_info(owner.mailbox_id, owner.contact_id));
  };
  CHECK(photo_of("ann@x.y").width == 10);
  CHECK(photo_of("new@x.y").height == 40);
  CHECK(photo_of(kMe).width == 50);
  CHECK(photo_of(known.id).width == 7);
  CHECK(import(files.path()).photos == 0);
}

TEST_CASE_METHOD(Importing, "a card that breaks a limit is skipped alone", "[contacts][import]") {
  const ImportReport report =
      import(files.write("a.vcf", vcard("FN:A\nNOTE:" + std::string(kMaxTextBytes + 1, 'n')) +
                                      vcard("FN:B") + vcard("FN:C\nPHOTO;ENCODING=b:aGVsbG8=")));
  CHECK(report.created == 2);
  CHECK(report.skipped == 2);
  CHECK(report.reasons[0] == "a.vcf:1: PersonalNotes: is too long or not UTF-8");
}

TEST_CASE_METHOD(Importing, "long imports show their progress", "[contacts][import]") {
  std::string text;
  for (int i = 0; i < 1'200; ++i) text += vcard("FN:n" + std::to_string(i));
  std::vector<std::int64_t> seen;
  const auto report =
      must(import_path(*store, kMe, files.write("a.vcf", text),
                       [&](const ImportReport& so_far) { seen.push_back(so_far.created); }));
  CHECK(report.created == 1'200);
  CHECK(seen == std::vector<std::int64_t>{500, 1'000, 1'200});
}

TEST_CASE_METHOD(Importing, "what cannot be imported at all is an error", "[contacts][import]") {
  CHECK(code(import_path(*store, kMe, files.path() / "missing.vcf")) == Errc::not_found);
  CHECK(code(import_path(*store, "nobody", files.path())) == Errc::not_found);
  CHECK(import(files.write("x.csv", "Article,Price\n1,2\n")).skipped == 1);
  CHECK(import(files.write("empty.csv", "")).created == 0);
}

TEST_CASE_METHOD(Importing, "an export imports to the same contacts elsewhere",
                 "[contacts][export]") {
  for (int i = 0; i < 450; ++i) {
    const Contact made =
        create(R"({"GivenName":"n)" + std::to_string(i) + R"(","EmailAddresses":[{"Address":"a)" +
               std::to_string(i) + R"(@x.y"}],"Phones":[{"Type":"Mobile","Number":"+1"}]})");
    if (i % 50 == 0) must(store->put_photo(kMe, made.id, {png(i + 1, 1), "image/png", i + 1, 1}));
  }
  for (const VcardVersion version : {VcardVersion::v3, VcardVersion::v4}) {
    std::string text;
    const auto written = export_vcards(*store, kMe, {}, version, [&](std::string_view piece) {
      text += piece;
      return true;
    });
    CHECK(must(written) == 450);
    StoreFixture other;
    const auto report = must(import_path(*other.store, kMe, files.write("all.vcf", text)));
    CHECK(report.created == 450);
    CHECK(report.photos == 9);
    CHECK(report.reasons.empty());
    const auto again = must(import_path(*store, kMe, files.path() / "all.vcf"));
    CHECK(again.unchanged == 450);
    CHECK(again.photos == 0);
  }
  CHECK(code(export_vcards(*store, kMe, {}, VcardVersion::v3,
                           [](std::string_view) { return false; })) == Errc::internal);
}

TEST_CASE("the headers of pictures are read", "[contacts][picture]") {
  CHECK(read_picture_header(png(640, 480))->width == 640);
  const std::string jpeg("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC4\0\3x\xFF\xC2\0\x0B\x08\0\x4D\0\x67\3", 24);
  const auto header = read_picture_header(jpeg);
  REQUIRE(header.has_value());
  CHECK(header->content_type == "image/jpeg");
  CHECK(header->width == 103);
  CHECK(header->height == 77);
  CHECK(read_picture_header(std::string("GIF89a\x05\0\x06\0", 10) + "xxxxxxxx")->height == 6);
  CHECK(read_picture_header(std::string("\0\0\0\x1C"
                                        "ftypavif",
                                        12) +
                            "xxxxxxxx")
            ->content_type == "image/avif");
  CHECK_FALSE(read_picture_header("<svg xmlns='http://www.w3.org/2000/svg'/>").has_value());
  CHECK_FALSE(read_picture_header("").has_value());
}

}  // namespace
}  // namespace likeness::contacts
