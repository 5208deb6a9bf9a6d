#include "proxy/contacts/store.h"

#include <sqlite3.h>

#include <random>
#include <set>

#include "proxy/contacts/schema.h"
#include "tests/proxy/contacts/fixture.h"
#include "tests/proxy/contacts/samples.h"

namespace likeness::contacts {
namespace {

TEST_CASE_METHOD(StoreFixture, "a contact is there after it was created", "[contacts][store]") {
  const Contact made = create(samples::kCreateRequest);
  CHECK(made.display_name == "Pavel Bansky");
  CHECK(made.created == now);
  CHECK(made.id.starts_with("AAMk"));
  CHECK(made.change_key.size() == 40);
  CHECK(must(store->get(kMe, made.id)) == made);
  open();
  CHECK(must(store->get("ROB@contoso.com", made.id)) == made);
}

TEST_CASE_METHOD(StoreFixture, "mailboxes do not see each other", "[contacts][store]") {
  const Mailbox other = must(store->ensure_mailbox("janet@contoso.com"));
  CHECK(must(store->ensure_mailbox("Janet@Contoso.com")) == other);
  CHECK(must(store->mailbox(other.id)) == other);
  CHECK(must(store->mailboxes()).size() == 2);
  const Contact made = named("Rob");
  CHECK(code(store->get(other.id, made.id)) == Errc::not_found);
  CHECK(code(store->remove(other.id, made.id)) == Errc::not_found);
  CHECK(must(store->list(other.id, {}, {})).contacts.empty());
  CHECK(code(store->get("nobody", made.id)) == Errc::not_found);
  CHECK(code(store->ensure_mailbox(" ")) == Errc::bad_request);
}

TEST_CASE_METHOD(StoreFixture, "every write changes the change key, and If-Match guards it",
                 "[contacts][store]") {
  const Contact first = named("Rob");
  now += std::chrono::seconds(5);
  const ContactPatch patch = patch_of(R"({"JobTitle":"Chief"})");
  const Contact second = must(store->patch(kMe, first.id, patch, "W/\"" + first.change_key + "\""));
  CHECK(second.change_key != first.change_key);
  CHECK(second.modified == now);
  CHECK(second.created == first.created);
  CHECK(must(store->get(kMe, first.id)) == second);
  CHECK(code(store->patch(kMe, first.id, patch, "W/\"" + first.change_key + "\"")) ==
        Errc::precondition_failed);
  CHECK(must(store->get(kMe, first.id)) == second);
  CHECK(code(store->remove(kMe, first.id, "\"other\"")) == Errc::precondition_failed);
  must(store->patch(kMe, first.id, patch, "*"));
  const Contact third = must(store->get(kMe, first.id));
  must(store->remove(kMe, first.id, "\"x\", " + third.change_key));
  CHECK(code(store->get(kMe, first.id)) == Errc::not_found);
  CHECK(code(store->patch(kMe, first.id, patch)) == Errc::not_found);
}

TEST_CASE_METHOD(StoreFixture, "a refused PATCH changes nothing", "[contacts][store]") {
  const Contact made = named("Rob");
  ContactPatch patch = patch_of(R"({"GivenName":"Bob","Flag":{"FlagStatus":"Flagged"}})");
  patch.values.flag.completed = now;
  CHECK(code(store->patch(kMe, made.id, patch)) == Errc::bad_request);
  CHECK(code(store->patch(kMe, made.id, patch_of(R"({"ParentFolderId":"nowhere"})"))) ==
        Errc::bad_request);
  CHECK(must(store->get(kMe, made.id)) == made);
}

TEST_CASE_METHOD(StoreFixture, "times never run backwards", "[contacts][store]") {
  const Contact first = named("A");
  now -= std::chrono::hours(1);
  CHECK(named("B").created == first.created);
}

TEST_CASE_METHOD(StoreFixture, "lists come in the asked order", "[contacts][store]") {
  named("Bob", "young");
  named("alice", "Young");
  named("Carl", "Adams");
  named("Élodie", "");
  CHECK(names({}) == "Bob alice Carl Élodie");
  CHECK(names({{"$orderby", "GivenName"}}) == "alice Bob Carl Élodie");
  CHECK(names({{"$orderby", "GivenName desc"}}) == "Élodie Carl Bob alice");
  CHECK(names({{"$orderby", "Surname,GivenName desc"}}) == "Élodie Carl Bob alice");
  CHECK(names({{"$orderby", "Surname"}}) == "Élodie Carl alice Bob");
  CHECK(names({{"$orderby", "CreatedDateTime desc"}}) == "Élodie Carl alice Bob");
  CHECK(names({{"$orderby", "FileAs"}}) == "Carl Élodie alice Bob");
  const Contact bob = list({{"$filter", "GivenName eq 'Bob'"}}).contacts.front();
  must(store->patch(kMe, bob.id, patch_of(R"({"JobTitle":"x"})")));
  CHECK(names({{"$orderby", "LastModifiedDateTime desc"}, {"$top", "1"}}) == "Bob");
  CHECK(names({{"$orderby", "JobTitle desc,GivenName"}}) == "Bob alice Carl Élodie");
}

TEST_CASE_METHOD(StoreFixture, "pages together are the whole list, from either end",
                 "[contacts][store]") {
  const Folder friends = must(store->create_folder(kMe, {}, "Friends"));
  for (int i = 0; i < 57; ++i) {
    // Names with many ties.
    named("n" + std::to_string(i % 5), "", i % 3 == 0 ? friends.id : "");
  }
  for (const std::string order : {"", "DisplayName", "GivenName desc", "CreatedDateTime desc",
                                  "LastModifiedDateTime", "CompanyName", "JobTitle desc"}) {
    for (const std::string& in : {std::string(), friends.id}) {
      std::vector<odata::Option> whole{{"$top", "1000"}};
      if (!order.empty()) whole.push_back({"$orderby", order});
      const auto all = list(whole, in).contacts;
      CHECK(all.size() == (in.empty() ? 57 : 19));
      for (const std::string filter : {"", "GivenName ne 'x'"}) {
        std::vector<Contact> paged;
        for (bool more = true; more;) {
          std::vector<odata::Option> options{
              {"$top", "7"}, {"$skip", std::to_string(paged.size())}, {"$count", "true"}};
          if (!order.empty()) options.push_back({"$orderby", order});
          if (!filter.empty()) options.push_back({"$filter", filter});
          ContactPage page = list(options, in);
          CHECK(page.count == static_cast<std::int64_t>(all.size()));
          more = page.more;
          std::ranges::move(page.contacts, std::back_inserter(paged));
        }
        CHECK(paged == all);
      }
    }
  }
  CHECK(list({{"$skip", "57"}}).contacts.empty());
  CHECK(list({{"$skip", "1000000"}}).contacts.empty());
  CHECK(list({}).contacts.size() == 10);
}

TEST_CASE_METHOD(StoreFixture, "folders nest, and the default one stays", "[contacts][folders]") {
  const Folder home = must(store->folder(kMe, "contacts"));
  CHECK(home.well_known_name == "contacts");
  CHECK(home.display_name == "Contacts");
  const Folder friends = must(store->create_folder(kMe, {}, " Friends "));
  CHECK(friends.display_name == "Friends");
  CHECK(friends.parent_id == home.parent_id);
  const Folder close = must(store->create_folder(kMe, friends.id, "Close"));
  CHECK(close.parent_id == friends.id);
  CHECK(must(store->folder(kMe, close.id)) == close);
  CHECK(must(store->folders(kMe, {}, {})).folders == std::vector{home, friends});
  CHECK(must(store->folders(kMe, home.parent_id, {})).folders.size() == 2);
  CHECK(must(store->folders(kMe, friends.id, {})).folders == std::vector{close});
  CHECK(code(store->create_folder(kMe, {}, "FRIENDS")) == Errc::conflict);
  CHECK(code(store->create_folder(kMe, {}, "")) == Errc::bad_request);
  CHECK(code(store->create_folder(kMe, "nowhere", "x")) == Errc::not_found);
  CHECK(must(store->rename_folder(kMe, close.id, "Closest")).display_name == "Closest");
  CHECK(code(store->rename_folder(kMe, friends.id, "contacts")) == Errc::conflict);
  CHECK(code(store->rename_folder(kMe, "contacts", "Mine")) == Errc::forbidden);
  CHECK(code(store->remove_folder(kMe, home.id)) == Errc::forbidden);

  const Contact deep = named("Deep", "", close.id);
  CHECK(deep.folder_id == close.id);
  CHECK(names({}, close.id) == "Deep");
  CHECK(names({}, friends.id).empty());
  CHECK(names({}) == "Deep");
  must(store->remove_folder(kMe, friends.id));
  CHECK(code(store->folder(kMe, close.id)) == Errc::not_found);
  CHECK(code(store->get(kMe, deep.id)) == Errc::not_found);
  CHECK(list({{"$count", "true"}}).count == 0);
}

TEST_CASE_METHOD(StoreFixture, "folders are listed with OData, too", "[contacts][folders]") {
  for (const char* name : {"b", "a", "c"}) must(store->create_folder(kMe, {}, name));
  const auto shown = [&](std::vector<odata::Option> options) {
    std::string joined;
    const auto query = must(odata::parse(odata::Entity::folder, options));
    for (const Folder& one : must(store->folders(kMe, {}, query)).folders)
      joined += one.display_name;
    return joined;
  };
  CHECK(shown({{"$orderby", "DisplayName desc"}, {"$top", "2"}}) == "Contactsc");
  CHECK(shown({{"$filter", "DisplayName eq 'A'"}}) == "a");
  CHECK(shown({{"$filter", "WellKnownName eq 'contacts'"}}) == "Contacts");
  CHECK(shown({{"$filter", "WellKnownName eq null"}, {"$skip", "1"}}) == "ac");
  CHECK(code(odata::parse(odata::Entity::folder,
                          std::vector<odata::Option>{{"$filter", "GivenName eq 'x'"}})) ==
        Errc::bad_request);
}

TEST_CASE_METHOD(StoreFixture, "a contact moves to the folder that it is told",
                 "[contacts][folders]") {
  const Folder friends = must(store->create_folder(kMe, {}, "Friends"));
  const Contact made = named("Rob");
  const Contact moved =
      must(store->patch(kMe, made.id, patch_of(R"({"ParentFolderId":")" + friends.id + "\"}")));
  CHECK(moved.folder_id == friends.id);
  CHECK(names({}, friends.id) == "Rob");
  CHECK(names({}, "contacts").empty());
  CHECK(list({{"$count", "true"}}, friends.id).count == 1);
}

TEST_CASE_METHOD(StoreFixture, "contacts are found by any of their addresses",
                 "[contacts][store]") {
  const Contact made =
      create(R"({"EmailAddresses":[{"Address":"A@b.c"},{"Address":"x@y.z"},{"Address":"a@B.c"}]})");
  CHECK(must(store->find_by_email(kMe, " X@Y.Z ")) == std::vector{made});
  CHECK(must(store->find_by_email(kMe, "a@b.c")) == std::vector{made});
  must(store->patch(kMe, made.id, patch_of(R"({"EmailAddresses":[{"Address":"n@n.n"}]})")));
  CHECK(must(store->find_by_email(kMe, "a@b.c")).empty());
}

TEST_CASE_METHOD(StoreFixture, "a photo is kept as it was put", "[contacts][photo]") {
  const Contact made = create(R"({"EmailAddresses":[{"Address":"p@q.r"}]})");
  CHECK(code(store->photo(kMe, made.id)) == Errc::no_photo);
  CHECK(code(store->photo_info(kMe, "nobody")) == Errc::not_found);
  CHECK(code(store->remove_photo(kMe, made.id)) == Errc::no_photo);
  const std::string bytes("\xFF\xD8\0\1", 4);
  const PhotoInfo info = must(store->put_photo(kMe, made.id, {bytes, "image/jpeg", 103, 77}));
  CHECK(info.width == 103);
  CHECK(info.bytes == 4);
  const StoredPhoto held = must(store->photo(kMe, made.id));
  CHECK(held.bytes == bytes);
  CHECK(held.info == info);
  CHECK(must(store->photo_info(kMe, made.id)) == info);
  CHECK(must(store->get(kMe, made.id)).change_key != made.change_key);
  const PhotoInfo next = must(store->put_photo(kMe, made.id, {"other", "image/png", 1, 2}));
  CHECK(next.version != info.version);
  CHECK(must(store->photo(kMe, made.id)).bytes == "other");
  CHECK(code(store->put_photo(kMe, made.id, {"", "image/png", 0, 0})) == Errc::bad_request);
  must(store->remove_photo(kMe, made.id));
  CHECK(code(store->photo(kMe, made.id)) == Errc::no_photo);
}

TEST_CASE_METHOD(StoreFixture, "a photo id leads to its owner", "[contacts][photo]") {
  const Mailbox box = must(store->mailbox(kMe));
  const Contact plain = create(R"({"EmailAddresses":[{"Address":"p@q.r"}]})");
  const Contact pictured = create(R"({"EmailAddresses":[{"Address":"P@q.r"}]})");
  CHECK(must(store->photo_owner("p@q.r")) == PhotoOwner{box.id, plain.id});
  must(store->put_photo(kMe, pictured.id, {"x", "image/png", 1, 1}));
  CHECK(must(store->photo_owner("P@Q.R")) == PhotoOwner{box.id, pictured.id});
  CHECK(must(store->photo_owner(plain.id)) == PhotoOwner{box.id, plain.id});
  CHECK(must(store->photo_owner("ROB@contoso.com")) == PhotoOwner{box.id, ""});
  must(store->put_photo(kMe, {}, {"me", "image/png", 1, 1}));
  CHECK(must(store->photo(kMe, {})).bytes == "me");
  CHECK(code(store->photo_owner("nobody")) == Errc::no_photo);
  must(store->remove(kMe, pictured.id));
  CHECK(must(store->photo_owner("p@q.r")) == PhotoOwner{box.id, plain.id});
}

TEST_CASE_METHOD(StoreFixture, "a photo id leads to its owner's name", "[contacts][photo]") {
  const Contact made =
      create(R"({"GivenName":"Ada","Surname":"King","EmailAddresses":[{"Address":"p@q.r"}]})");
  CHECK(must(store->owner_name("p@q.r")) == "Ada King");
  CHECK(must(store->owner_name(made.id)) == "Ada King");
  CHECK(must(store->owner_name("rob@contoso.com")).empty());
  CHECK(code(store->owner_name("nobody")) == Errc::no_photo);
}

TEST_CASE_METHOD(StoreFixture, "a photo id may name mailbox and contact", "[contacts][photo]") {
  const Mailbox box = must(store->mailbox(kMe));
  const Contact made = create(R"({"EmailAddresses":[{"Address":"p@q.r"}]})");
  const PhotoOwner owner{box.id, made.id};
  CHECK(must(store->photo_owner("rob@contoso.com/contacts/" + made.id)) == owner);
  CHECK(must(store->photo_owner(box.id + "/contacts/" + made.id)) == owner);
  CHECK(code(store->photo_owner("nobody@contoso.com/contacts/" + made.id)) == Errc::no_photo);
  CHECK(code(store->photo_owner("rob@contoso.com/contacts/nobody")) == Errc::no_photo);
  CHECK(code(store->photo_owner("P")) == Errc::no_photo);
}

TEST_CASE("a person of the home domain is named by the local part", "[contacts][photo]") {
  const test::TempFolder folder;
  auto store = must(ContactStore::open(folder.path(), {.now = {}, .home_domain = "Home.Example"}));
  const Mailbox box = must(store.ensure_mailbox("me@home.example"));
  const auto patch = must(parse_contact(
      R"({"EmailAddresses":[{"Address":"Ada@home.example"},{"Address":"x@y.z"}]})", Shape::beta));
  const Contact made = must(store.create(box.id, {}, patch));
  const PhotoOwner owner{box.id, made.id};
  CHECK(must(store.photo_owner("ada")) == owner);
  CHECK(must(store.photo_owner("me")) == PhotoOwner{box.id, ""});
  CHECK(code(store.photo_owner("Ada")) == Errc::no_photo);
  CHECK(code(store.photo_owner("x")) == Errc::no_photo);
  using Names = std::vector<std::string>;
  CHECK(must(store.photo_names(owner)) == Names{made.id, "me@home.example/contacts/" + made.id,
                                                box.id + "/contacts/" + made.id, "ada@home.example",
                                                "ada", "x@y.z"});
  CHECK(must(store.photo_names({box.id, ""})) == Names{box.id, "me@home.example", "me"});
  CHECK(code(store.photo_names({box.id, "nobody"})) == Errc::not_found);
}

TEST_CASE_METHOD(StoreFixture, "the photos in a folder are those below it too",
                 "[contacts][photo]") {
  const Folder top = must(store->create_folder(kMe, {}, "a"));
  const Folder below = must(store->create_folder(kMe, top.id, "b"));
  const auto nobody = must(parse_contact("{}", Shape::beta));
  const Contact inside = must(store->create(kMe, below.id, nobody));
  must(store->create(kMe, top.id, nobody));  // Without a photo.
  const Contact outside = must(store->create(kMe, {}, nobody));
  for (const Contact& one : {inside, outside})
    must(store->put_photo(kMe, one.id, {"x", "image/png", 1, 1}));
  const auto names = must(store->photo_names_in(kMe, top.id));
  CHECK(names.size() == 3);
  CHECK(names.front() == inside.id);
  CHECK(code(store->photo_names_in(kMe, "none")) == Errc::not_found);
}

TEST_CASE_METHOD(StoreFixture, "a batch is one transaction", "[contacts][store]") {
  const auto failed = store->batch([&]() -> Result<void> {
    named("Gone");
    return fail(Errc::bad_request, "stop");
  });
  CHECK(code(failed) == Errc::bad_request);
  CHECK(names({}).empty());
  must(store->batch([&]() -> Result<void> {
    named("A");
    // One that fails inside takes only itself along.
    CHECK_FALSE(store->create(kMe, "nowhere", {}).has_value());
    named("B");
    return {};
  }));
  CHECK(names({}) == "A B");
}

TEST_CASE("stores are told apart and kept from strangers", "[contacts][store]") {
  StoreFixture one;
  StoreFixture other;
  CHECK(one.named("A").change_key != other.named("A").change_key);
  const auto mode = std::filesystem::status(one.folder.path() / "store").permissions();
  CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
}

TEST_CASE("a store of a newer version is refused and left alone", "[contacts][schema]") {
  StoreFixture fixture;
  fixture.store.reset();
  sqlite3* raw = nullptr;
  REQUIRE(sqlite3_open((fixture.folder.path() / "store/contacts.db").c_str(), &raw) == SQLITE_OK);
  sqlite3_exec(raw, "PRAGMA user_version = 99", nullptr, nullptr, nullptr);
  sqlite3_close(raw);
  CHECK(code(ContactStore::open(fixture.folder.path() / "store")) == Errc::internal);
}

TEST_CASE("a file that is no database is an error, not a new store", "[contacts][schema]") {
  test::TempFolder folder;
  folder.write("contacts.db", std::string(8'192, 'x'));
  CHECK(code(ContactStore::open(folder.path())) == Errc::internal);
  CHECK(code(ContactStore::open("/dev/null/nowhere")) == Errc::internal);
}

TEST_CASE("two processes may use one store", "[contacts][store]") {
  StoreFixture fixture;
  ContactStore second = must(ContactStore::open(fixture.folder.path() / "store"));
  const Contact made = fixture.named("Rob");
  CHECK(must(second.get(kMe, made.id)).given_name == "Rob");
  must(second.remove(kMe, made.id));
  CHECK(fixture.names({}).empty());
}

}  // namespace
}  // namespace likeness::contacts
