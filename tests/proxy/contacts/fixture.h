#ifndef LIKENESS_TESTS_PROXY_CONTACTS_FIXTURE_H_
#define LIKENESS_TESTS_PROXY_CONTACTS_FIXTURE_H_

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/contacts/contact_json.h"
#include "proxy/contacts/odata.h"
#include "proxy/contacts/store.h"
#include "tests/support/temp_folder.h"

namespace likeness::contacts {

template <class T>
T must(Result<T> result) {
  INFO((result ? std::string()
               : std::string(name(result.error().code)) + " " + result.error().detail));
  REQUIRE(result.has_value());
  return std::move(*result);
}

inline void must(const Result<void>& result) {
  INFO((result ? std::string() : result.error().detail));
  REQUIRE(result.has_value());
}

template <class T>
Errc code(const Result<T>& result) {
  REQUIRE_FALSE(result.has_value());
  return result.error().code;
}

inline constexpr const char* kMe = "rob@contoso.com";

// A fresh store with one mailbox, and the verbs of the tests.
struct StoreFixture {
  test::TempFolder folder;
  Instant now = *parse_instant("2016-07-20T23:59:37Z");
  std::int64_t max_tombstones = 100'000;
  std::unique_ptr<ContactStore> store;

  StoreFixture() {
    open();
    must(store->ensure_mailbox(kMe));
  }

  void open() {
    store.reset();
    store = std::make_unique<ContactStore>(
        must(ContactStore::open(folder.path() / "store", {.now = [this] { return now; },
                                                          .max_tombstones = max_tombstones})));
  }

  static ContactPatch patch_of(std::string_view json, Shape shape = Shape::beta) {
    return must(parse_contact(json, shape));
  }
  Contact create(std::string_view json, std::string_view in = {}) {
    return must(store->create(kMe, in, patch_of(json)));
  }
  Contact named(const std::string& given, const std::string& surname = "",
                std::string_view in = {}) {
    return create(R"({"GivenName":")" + given + R"(","Surname":")" + surname + "\"}", in);
  }
  static odata::Query query(std::vector<odata::Option> options) {
    return must(odata::parse(odata::Entity::contact, options));
  }
  ContactPage list(std::vector<odata::Option> options, std::string_view in = {}) {
    return must(store->list(kMe, in, query(std::move(options))));
  }
  // The given names of what a list shows, separated by spaces.
  std::string names(std::vector<odata::Option> options, std::string_view in = {}) {
    std::string joined;
    for (const Contact& contact : list(std::move(options), in).contacts) {
      joined += (joined.empty() ? "" : " ") + contact.given_name.value_or("-");
    }
    return joined;
  }
  std::string filtered(const std::string& filter) { return names({{"$filter", filter}}); }
};

}  // namespace likeness::contacts

#endif  // LIKENESS_TESTS_PROXY_CONTACTS_FIXTURE_H_
