#include <algorithm>

#include "proxy/contacts/odata_sql.h"
#include "proxy/contacts/store_rows.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

// A SELECT being put together, with its values.
struct Selection {
  std::string from_where;
  std::vector<sql::Value> values;
};

Selection select_contacts(std::int64_t mailbox, std::optional<std::int64_t> folder,
                          const odata::Query& query) {
  odata::Condition condition;
  if (query.filter) condition = odata::to_condition(odata::Entity::contact, *query.filter);
  const bool selective = condition.selective || !query.search.empty();
  Selection selection;
  // A unary plus keeps the scope's index out of it where a better one leads to the few rows.
  selection.from_where = std::string(" FROM contacts c WHERE ") + (selective ? "+" : "") +
                         (folder ? "c.folder" : "c.mailbox") + " = ?";
  selection.values.emplace_back(folder ? *folder : mailbox);
  if (!query.search.empty()) {
    selection.from_where += " AND c.contact IN (SELECT rowid FROM search WHERE search MATCH ?)";
    selection.values.emplace_back(odata::to_match(query.search));
  }
  if (query.filter) {
    selection.from_where += " AND " + condition.sql;
    std::ranges::move(condition.values, std::back_inserter(selection.values));
  }
  return selection;
}

std::vector<std::int64_t> rows(sql::Database& database, std::string_view column,
                               const Selection& selection, const std::string& order,
                               std::int64_t limit, std::int64_t offset) {
  sql::Statement find(database, "SELECT " + std::string(column) + selection.from_where +
                                    " ORDER BY " + order + " LIMIT ? OFFSET ?");
  for (const sql::Value& value : selection.values) find.bind_value(value);
  find.bind(limit);
  find.bind(offset);
  std::vector<std::int64_t> found;
  while (find.step()) found.push_back(find.integer(0));
  return found;
}

std::int64_t count(sql::Database& database, const Selection& selection) {
  sql::Statement find(database, "SELECT count(*)" + selection.from_where);
  for (const sql::Value& value : selection.values) find.bind_value(value);
  return find.step() ? find.integer(0) : 0;
}

// Rows [skip, skip + top) of `total` in the asked order. An index is walked to get past the skipped
// ones, so pages in the second half are found from the far end.
std::vector<std::int64_t> plain_rows(sql::Database& database, const Selection& selection,
                                     const odata::Query& query, std::int64_t top,
                                     std::int64_t total) {
  if (query.skip >= total) return {};
  const std::int64_t length = std::min(top, total - query.skip);
  const std::int64_t after = total - query.skip - length;
  const bool reversed = after < query.skip;
  auto found = rows(database, "c.contact", selection,
                    odata::to_order(odata::Entity::contact, query.order, reversed), length,
                    reversed ? after : query.skip);
  if (reversed) std::ranges::reverse(found);
  return found;
}

}  // namespace

Result<std::vector<Contact>> ContactStore::read_contacts(const std::vector<std::int64_t>& keys) {
  std::vector<Contact> contacts;
  contacts.reserve(keys.size());
  for (const std::int64_t key : keys) {
    auto contact = read_contact(key);
    if (!contact) return std::unexpected(std::move(contact.error()));
    contacts.push_back(std::move(*contact));
  }
  return contacts;
}

Result<ContactPage> ContactStore::list(std::string_view mailbox, std::string_view folder,
                                       const odata::Query& query) {
  return walled([&]() -> Result<ContactPage> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    std::optional<std::int64_t> scope;
    std::int64_t total = box->contacts;
    if (!folder.empty()) {
      auto row = folder_row(*box, folder);
      if (!row) return std::unexpected(std::move(row.error()));
      scope = row->key;
      total = row->contacts;
    }
    const Selection selection = select_contacts(box->key, scope, query);
    const std::int64_t top = query.top.value_or(odata::kDefaultTop);
    const bool plain = !query.filter && query.search.empty();
    ContactPage page;
    std::vector<std::int64_t> keys;
    if (plain) {
      keys = plain_rows(*database_, selection, query, top, total);
      page.more = query.skip + top < total;
    } else {
      keys = rows(*database_, "c.contact", selection,
                  odata::to_order(odata::Entity::contact, query.order, false), top + 1, query.skip);
      page.more = std::cmp_greater(keys.size(), top);
      if (page.more) keys.pop_back();
    }
    if (query.count) page.count = plain ? total : count(*database_, selection);
    auto contacts = read_contacts(keys);
    if (!contacts) return std::unexpected(std::move(contacts.error()));
    page.contacts = std::move(*contacts);
    return page;
  });
}

Result<FolderPage> ContactStore::folders(std::string_view mailbox, std::string_view parent,
                                         const odata::Query& query) {
  return walled([&]() -> Result<FolderPage> {
    if (!query.search.empty()) return fail(Errc::bad_request, "$search: not for folders");
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    Selection selection{
        " FROM folders f JOIN mailboxes m ON m.mailbox = f.mailbox "
        "WHERE f.mailbox = ? AND f.parent IS ?",
        {box->key}};
    if (parent.empty() || parent == box->mailbox.root_id) {
      selection.values.emplace_back(nullptr);
    } else {
      auto row = folder_row(*box, parent);
      if (!row) return std::unexpected(std::move(row.error()));
      selection.values.emplace_back(row->key);
    }
    if (query.filter) {
      auto condition = odata::to_condition(odata::Entity::folder, *query.filter);
      selection.from_where += " AND " + condition.sql;
      std::ranges::move(condition.values, std::back_inserter(selection.values));
    }
    const std::int64_t top = query.top.value_or(odata::kDefaultTop);
    auto keys =
        rows(*database_, "f.folder", selection,
             odata::to_order(odata::Entity::folder, query.order, false), top + 1, query.skip);
    FolderPage page;
    page.more = std::cmp_greater(keys.size(), top);
    if (page.more) keys.pop_back();
    if (query.count) page.count = count(*database_, selection);
    for (const std::int64_t key : keys) page.folders.push_back(read_folder(*box, key));
    return page;
  });
}

Result<std::vector<Contact>> ContactStore::find_by_email(std::string_view mailbox,
                                                         std::string_view address) {
  return found(mailbox,
               "SELECT DISTINCT e.contact FROM emails e JOIN contacts c ON c.contact = e.contact "
               "WHERE e.address_key = ? AND c.mailbox = ? ORDER BY e.contact LIMIT ?",
               fold(trimmed(address)));
}

Result<std::vector<Contact>> ContactStore::find_by_uid(std::string_view mailbox,
                                                       std::string_view uid) {
  return found(mailbox, "SELECT contact FROM contacts WHERE uid = ? AND mailbox = ? LIMIT ?",
               std::string(uid));
}

Result<std::vector<Contact>> ContactStore::find_by_name(std::string_view mailbox,
                                                        std::string_view display_name) {
  return found(mailbox,
               "SELECT contact FROM contacts WHERE display_key = ? AND mailbox = ? "
               "ORDER BY contact LIMIT ?",
               fold(display_name));
}

Result<std::vector<Contact>> ContactStore::found(std::string_view mailbox, std::string_view query,
                                                 const std::string& key) {
  return walled([&]() -> Result<std::vector<Contact>> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    std::vector<std::int64_t> keys;
    sql::Statement find(*database_, query);
    find.bind(std::string_view(key));
    find.bind(box->key);
    find.bind(kMaxFound);
    while (find.step()) keys.push_back(find.integer(0));
    return read_contacts(keys);
  });
}

}  // namespace likeness::contacts
