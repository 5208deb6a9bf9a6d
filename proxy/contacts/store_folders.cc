#include "proxy/contacts/encoding.h"
#include "proxy/contacts/store_rows.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

constexpr std::size_t kMaxFolderName = 255;
// Folders inside each other; Exchange stops at 300.
constexpr int kMaxLevels = 100;

Result<std::string> checked_name(std::string_view name) {
  name = trimmed(name);
  if (name.empty() || name.size() > kMaxFolderName || !valid_utf8(name)) {
    return fail(Errc::bad_request, "DisplayName: is empty, too long or not UTF-8");
  }
  return std::string(name);
}

}  // namespace

Folder ContactStore::read_folder(const MailboxRow& mailbox, std::int64_t key) {
  sql::Statement find(*database_,
                      "SELECT f.id, p.id, f.name, f.well_known, f.contacts FROM folders f "
                      "LEFT JOIN folders p ON p.folder = f.parent WHERE f.folder = ?");
  find.bind(key);
  Folder folder;
  if (!find.step()) return folder;
  folder.id = find.text(0);
  folder.parent_id = find.is_null(1) ? mailbox.mailbox.root_id : std::string(find.text(1));
  folder.display_name = find.text(2);
  if (!find.is_null(3)) folder.well_known_name = std::string(find.text(3));
  folder.contacts = find.integer(4);
  return folder;
}

Result<Folder> ContactStore::folder(std::string_view mailbox, std::string_view id) {
  return walled([&]() -> Result<Folder> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = folder_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    return read_folder(*box, row->key);
  });
}

Result<Folder> ContactStore::create_folder(std::string_view mailbox, std::string_view parent,
                                           std::string_view display_name) {
  return walled([&]() -> Result<Folder> {
    auto name = checked_name(display_name);
    if (!name) return std::unexpected(std::move(name.error()));
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    std::optional<std::int64_t> above;
    if (!parent.empty() && parent != box->mailbox.root_id) {
      auto row = folder_row(*box, parent);
      if (!row) return std::unexpected(std::move(row.error()));
      above = row->key;
    }
    const auto levels = database_->integer(
        "WITH RECURSIVE up(folder) AS (SELECT ? UNION SELECT f.parent FROM folders f, up "
        "WHERE f.folder = up.folder AND f.parent IS NOT NULL) SELECT count(*) FROM up",
        above);
    if (levels.value_or(0) >= kMaxLevels) {
      return fail(Errc::bad_request, "ParentFolderId: is nested too deeply");
    }
    const std::string id = base64_url(std::string("\x01\x03\x24", 3) + random_bytes(18));
    try {
      database_->run(
          "INSERT INTO folders (mailbox, parent, id, name, name_key) VALUES (?, ?, ?, ?, ?)",
          box->key, above, id, *name, fold(*name));
    } catch (const sql::SqlError& error) {
      if (!error.duplicate()) throw;
      return fail(Errc::conflict, "a folder of that name exists");
    }
    const Folder made = read_folder(*box, database_->last_row());
    writing.commit();
    return made;
  });
}

Result<Folder> ContactStore::rename_folder(std::string_view mailbox, std::string_view id,
                                           std::string_view display_name) {
  return walled([&]() -> Result<Folder> {
    auto name = checked_name(display_name);
    if (!name) return std::unexpected(std::move(name.error()));
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = folder_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (row->well_known) return fail(Errc::forbidden, "the default folder keeps its name");
    try {
      database_->run("UPDATE folders SET name = ?, name_key = ? WHERE folder = ?", *name,
                     fold(*name), row->key);
    } catch (const sql::SqlError& error) {
      if (!error.duplicate()) throw;
      return fail(Errc::conflict, "a folder of that name exists");
    }
    const Folder renamed = read_folder(*box, row->key);
    writing.commit();
    return renamed;
  });
}

Result<void> ContactStore::remove_folder(std::string_view mailbox, std::string_view id) {
  return walled([&]() -> Result<void> {
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = folder_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (row->well_known) return fail(Errc::forbidden, "the default folder cannot be deleted");
    erase_folder(*box, row->key);
    prune_tombstones(*box);
    writing.commit();
    return {};
  });
}

// Children first; each contact's departure takes a number of its own, as if it went alone.
void ContactStore::erase_folder(MailboxRow& mailbox, std::int64_t folder) {
  std::vector<std::int64_t> children;
  {
    sql::Statement find(*database_, "SELECT folder FROM folders WHERE parent = ?");
    find.bind(folder);
    while (find.step()) children.push_back(find.integer(0));
  }
  for (const std::int64_t child : children) erase_folder(mailbox, child);
  std::vector<ContactRow> contacts;
  {
    sql::Statement find(*database_,
                        "SELECT contact, id, seq, created_seq FROM contacts WHERE folder = ?");
    find.bind(folder);
    while (find.step()) {
      contacts.push_back(
          {find.integer(0), std::string(find.text(1)), folder, find.integer(2), find.integer(3)});
    }
  }
  for (const ContactRow& contact : contacts) {
    next_change(mailbox);
    erase_contact(mailbox, contact);
  }
  database_->run("DELETE FROM folders WHERE folder = ?", folder);
}

}  // namespace likeness::contacts
