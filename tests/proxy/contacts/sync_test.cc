#include <map>
#include <random>
#include <set>

#include "tests/proxy/contacts/fixture.h"

namespace likeness::contacts {
namespace {

// A client that keeps a copy of a folder (or mailbox) by synchronising it.
class Mirror {
 public:
  Mirror(ContactStore& store, std::string folder, int page_size)
      : store_(store), folder_(std::move(folder)), page_size_(page_size) {}

  // One page; checks that a round tells no contact twice.
  void pull() {
    const ChangePage page = must(store_.changes(kMe, folder_, token_, page_size_));
    CHECK(std::cmp_less_equal(page.changes.size(), page_size_));
    for (const Change& change : page.changes) {
      CHECK(told_.insert(change.id).second);
      if (change.contact) {
        // The same state is not told in two rounds either.
        const auto held = copy_.find(change.id);
        if (held != copy_.end()) CHECK(held->second != change.contact->change_key);
        copy_[change.id] = change.contact->change_key;
      } else {
        copy_.erase(change.id);
      }
    }
    token_ = page.token;
    in_round_ = page.more;
    if (!page.more) told_.clear();
  }

  // Ends this round and does one more, after which the copy is that of now.
  void catch_up() {
    while (in_round_) pull();
    do {
      pull();
    } while (in_round_);
  }

  [[nodiscard]] const std::map<std::string, std::string>& copy() const { return copy_; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  ContactStore& store_;
  std::string folder_;
  int page_size_;
  std::string token_;
  bool in_round_ = false;
  std::map<std::string, std::string> copy_;
  std::set<std::string> told_;
};

std::map<std::string, std::string> truth(ContactStore& store, const std::string& folder) {
  std::map<std::string, std::string> all;
  odata::Query query{.top = 1'000};
  for (const Contact& contact : must(store.list(kMe, folder, query)).contacts) {
    all[contact.id] = contact.change_key;
  }
  return all;
}

TEST_CASE_METHOD(StoreFixture, "a round tells everything in pages, the next one what changed",
                 "[contacts][sync]") {
  std::vector<Contact> made;
  for (int i = 0; i < 5; ++i) made.push_back(named("c" + std::to_string(i)));
  ChangePage page = must(store->changes(kMe, "contacts", {}, 2));
  CHECK(page.changes.size() == 2);
  CHECK(page.more);
  page = must(store->changes(kMe, "contacts", page.token, 2));
  page = must(store->changes(kMe, "contacts", page.token, 2));
  CHECK(page.changes.size() == 1);
  CHECK_FALSE(page.more);
  CHECK(must(store->changes(kMe, "contacts", page.token, 2)).changes.empty());

  must(store->remove(kMe, made[1].id));
  must(store->patch(kMe, made[3].id, patch_of(R"({"JobTitle":"x"})")));
  const Contact late = named("late");
  must(store->remove(kMe, named("brief").id));
  page = must(store->changes(kMe, "contacts", page.token, 10));
  REQUIRE(page.changes.size() == 3);
  CHECK(page.changes[0].id == made[1].id);
  CHECK_FALSE(page.changes[0].contact.has_value());
  CHECK(page.changes[1].contact->job_title == "x");
  CHECK(page.changes[2].id == late.id);
}

// What writers and clients do in a random order, for one seed.
void run_schedule(StoreFixture& fixture, unsigned seed) {
  ContactStore& store = *fixture.store;
  std::mt19937 random(seed);
  const auto any = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  const std::vector<std::string> folders{must(store.folder(kMe, "contacts")).id,
                                         must(store.create_folder(kMe, {}, "Friends")).id};
  std::vector<std::string> ids;
  for (int i = 0; i < 20; ++i) ids.push_back(fixture.named("x", "", folders[any(2)]).id);
  std::vector<Mirror> mirrors;
  for (const std::string& folder : {std::string(), folders[0], folders[1]}) {
    for (const int page_size : {1, 3, 50}) mirrors.emplace_back(store, folder, page_size);
  }
  for (int step = 0; step < 250; ++step) {
    const std::size_t dice = any(10);
    if (dice < 4) {
      mirrors[any(mirrors.size())].pull();
    } else if (dice < 6 || ids.empty()) {
      ids.push_back(fixture.named("x", "", folders[any(2)]).id);
    } else if (dice < 7) {
      must(store.patch(kMe, ids[any(ids.size())], StoreFixture::patch_of(R"({"Title":"t"})")));
    } else if (dice < 8) {
      must(store.put_photo(kMe, ids[any(ids.size())], {"p", "image/png", 1, 1}));
    } else if (dice < 9) {
      const std::string body = R"({"ParentFolderId":")" + folders[any(2)] + "\"}";
      must(store.patch(kMe, ids[any(ids.size())], StoreFixture::patch_of(body)));
    } else {
      const std::size_t victim = any(ids.size());
      must(store.remove(kMe, ids[victim]));
      ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(victim));
    }
  }
  std::size_t next = 0;
  for (const std::string& folder : {std::string(), folders[0], folders[1]}) {
    const auto expected = truth(store, folder);
    for (int i = 0; i < 3; ++i, ++next) {
      mirrors[next].catch_up();
      CHECK(mirrors[next].copy() == expected);
    }
  }
}

TEST_CASE("whatever is written between pages, a client misses nothing and hears nothing twice",
          "[contacts][sync]") {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    StoreFixture fixture;
    // One transaction for all, only to spare the test the waits for the disk.
    must(fixture.store->batch([&]() -> Result<void> {
      run_schedule(fixture, seed);
      return {};
    }));
  }
}

TEST_CASE_METHOD(StoreFixture, "a token that is too old or forged is told apart from nonsense",
                 "[contacts][sync]") {
  max_tombstones = 10;
  open();
  std::vector<Contact> made;
  for (int i = 0; i < 30; ++i) made.push_back(named("c" + std::to_string(i)));
  const std::string middle = must(store->changes(kMe, "contacts", {}, 10)).token;
  const std::string done = must(store->changes(kMe, "contacts", {}, 100)).token;
  for (int i = 0; i < 5; ++i) must(store->remove(kMe, made[static_cast<std::size_t>(i)].id));
  CHECK(must(store->changes(kMe, "contacts", done, 100)).changes.size() == 5);
  for (int i = 5; i < 20; ++i) must(store->remove(kMe, made[static_cast<std::size_t>(i)].id));
  CHECK(code(store->changes(kMe, "contacts", done, 100)) == Errc::gone);
  // A first round needs no tombstones and goes on.
  CHECK(must(store->changes(kMe, "contacts", middle, 100)).changes.size() == 10);

  CHECK(code(store->changes(kMe, "contacts", "nonsense", 10)) == Errc::bad_request);
  CHECK(code(store->changes(kMe, "contacts", done + "A", 10)) == Errc::bad_request);
  std::string forged = done;
  forged[20] = forged[20] == 'A' ? 'B' : 'A';
  CHECK(code(store->changes(kMe, "contacts", forged, 10)) == Errc::gone);
  CHECK(code(store->changes(kMe, "", done, 10)) == Errc::bad_request);
  CHECK(code(StoreFixture().store->changes(kMe, "contacts", done, 10)) == Errc::gone);
}

TEST_CASE_METHOD(StoreFixture, "a removed folder's contacts are gone for the mailbox's clients",
                 "[contacts][sync]") {
  const Folder friends = must(store->create_folder(kMe, {}, "Friends"));
  for (int i = 0; i < 3; ++i) named("x", "", friends.id);
  Mirror mirror(*store, "", 10);
  mirror.catch_up();
  CHECK(mirror.copy().size() == 3);
  must(store->remove_folder(kMe, friends.id));
  mirror.catch_up();
  CHECK(mirror.copy().empty());
}

}  // namespace
}  // namespace likeness::contacts
