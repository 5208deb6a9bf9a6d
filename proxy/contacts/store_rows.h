#ifndef LIKENESS_PROXY_CONTACTS_STORE_ROWS_H_
#define LIKENESS_PROXY_CONTACTS_STORE_ROWS_H_

#include <exception>
#include <string>
#include <utility>

#include "proxy/contacts/sql.h"
#include "proxy/contacts/store.h"

// What the store's sources share, and nobody else includes.
namespace likeness::contacts {

struct ContactStore::MailboxRow {
  std::int64_t key = 0;
  Mailbox mailbox;
  std::int64_t seq = 0;    // The last change's number.
  std::int64_t clock = 0;  // The last change's time.
  std::int64_t contacts = 0;
  std::int64_t tombstones = 0;
  std::int64_t pruned_seq = 0;  // Tombstones up to here are forgotten.
};

struct ContactStore::FolderRow {
  std::int64_t key = 0;
  std::optional<std::int64_t> parent;
  std::string id;
  std::string name;
  Text well_known;
  std::int64_t contacts = 0;
};

struct ContactStore::ContactRow {
  std::int64_t key = 0;
  std::string id;
  std::int64_t folder = 0;
  std::int64_t seq = 0;
  std::int64_t created_seq = 0;
};

// The wall: what SQLite or the library throws inside `work` becomes a Result.
template <class F>
auto walled(F&& work) -> decltype(work()) {
  try {
    return std::forward<F>(work)();
  } catch (const sql::SqlError& error) {
    if (error.busy()) {
      return fail(Errc::overloaded, "another process writes to the contact store",
                  std::chrono::seconds(1));
    }
    return fail(Errc::internal, std::string("contact store: ") + error.what());
  } catch (const std::exception& error) {
    return fail(Errc::internal, std::string("contact store: ") + error.what());
  }
}

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_STORE_ROWS_H_
