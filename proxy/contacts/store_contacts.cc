#include "proxy/contacts/encoding.h"
#include "proxy/contacts/store_rows.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

std::string new_contact_id() {
  return base64_url(std::string("\x00\x03\x24", 3) + random_bytes(18));
}

std::string folded(const Text& text) { return fold(text.value_or("")); }

// What a list ordered by FileAs goes by: FileAs itself is often left empty.
std::string file_as_key(const Contact& contact) {
  if (contact.file_as && !contact.file_as->empty()) return fold(*contact.file_as);
  const std::string surname = folded(contact.surname);
  const std::string given = folded(contact.given_name);
  if (!surname.empty() && !given.empty()) return surname + ", " + given;
  return surname.empty() ? folded(contact.display_name) : surname;
}

// Between two parts of the searched text: a word of its own (U+E000, private use), so that no
// phrase is found across parts.
constexpr const char* kPartEnd = " \xEE\x80\x80 ";

// All that $search looks at.
std::string search_text(const Contact& c) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    if (!part.empty()) text += part + kPartEnd;
  };
  for (const Text* part :
       {&c.display_name, &c.given_name, &c.middle_name, &c.surname, &c.nick_name, &c.file_as,
        &c.yomi_given_name, &c.yomi_surname, &c.yomi_company_name, &c.company_name, &c.department,
        &c.job_title, &c.office_location, &c.profession, &c.personal_notes}) {
    add(part->value_or(""));
  }
  for (const EmailAddress& email : c.email_addresses) {
    if (email.name != c.display_name) add(email.name.value_or(""));
    add(email.address);
  }
  for (const std::string& address : c.im_addresses) add(address);
  for (const Phone& phone : c.phones) add(phone.number);
  for (const PostalAddress& address : c.postal_addresses) add(address.city.value_or(""));
  for (const std::string& category : c.categories) add(category);
  return text;
}

Text uid_of(const Contact& contact) { return contact.uid.empty() ? Text() : Text(contact.uid); }

}  // namespace

Result<Contact> ContactStore::get(std::string_view mailbox, std::string_view id) {
  return walled([&]() -> Result<Contact> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = contact_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    return read_contact(row->key);
  });
}

Result<Contact> ContactStore::create(std::string_view mailbox, std::string_view folder,
                                     const ContactPatch& patch) {
  return walled([&]() -> Result<Contact> {
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto into = folder_row(*box, folder);
    if (!into) return std::unexpected(std::move(into.error()));
    Contact contact;
    contact.uid = patch.values.uid;
    if (auto applied = apply(patch, contact, options_.now()); !applied) {
      return std::unexpected(std::move(applied.error()));
    }
    next_change(*box);
    const ContactRow row{0, new_contact_id(), into->key, box->seq, box->seq};
    write_contact(*box, row, contact, true);
    count_contacts(*box, into->key, 1);
    writing.commit();
    contact.id = row.id;
    contact.folder_id = into->id;
    contact.change_key = change_key(row.seq);
    contact.created = contact.modified = Instant(std::chrono::seconds(box->clock));
    return contact;
  });
}

Result<Contact> ContactStore::patch(std::string_view mailbox, std::string_view id,
                                    const ContactPatch& patch, std::string_view if_match) {
  return walled([&]() -> Result<Contact> {
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = contact_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (auto match = check_match(if_match, row->seq); !match) {
      return std::unexpected(std::move(match.error()));
    }
    auto contact = read_contact(row->key);
    if (!contact) return contact;
    if (auto applied = apply(patch, *contact, options_.now()); !applied) {
      return std::unexpected(std::move(applied.error()));
    }
    if (!patch.values.uid.empty()) contact->uid = patch.values.uid;
    next_change(*box);
    row->seq = box->seq;
    if (patch.has(Property::folder_id) && patch.values.folder_id != contact->folder_id) {
      auto to = folder_row(*box, patch.values.folder_id);
      if (!to) return fail(Errc::bad_request, "ParentFolderId: no such folder");
      move_contact(*box, *row, *to);
      contact->folder_id = to->id;
    }
    write_contact(*box, *row, *contact, false);
    writing.commit();
    contact->change_key = change_key(row->seq);
    contact->modified = Instant(std::chrono::seconds(box->clock));
    return contact;
  });
}

Result<void> ContactStore::remove(std::string_view mailbox, std::string_view id,
                                  std::string_view if_match) {
  return walled([&]() -> Result<void> {
    sql::Transaction writing(*database_);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto row = contact_row(*box, id);
    if (!row) return std::unexpected(std::move(row.error()));
    if (auto match = check_match(if_match, row->seq); !match) return match;
    next_change(*box);
    row->seq = box->seq;
    erase_contact(*box, *row);
    prune_tombstones(*box);
    writing.commit();
    return {};
  });
}

void ContactStore::write_contact(const MailboxRow& mailbox, const ContactRow& row,
                                 const Contact& contact, bool is_new) {
  std::int64_t key = row.key;
  const std::string document = to_document(contact);
  const std::string display = folded(contact.display_name);
  const std::string given = folded(contact.given_name);
  const std::string surname = folded(contact.surname);
  const std::string file_as = file_as_key(contact);
  const std::string company = folded(contact.company_name);
  const Text uid = uid_of(contact);
  if (is_new) {
    database_->run(
        "INSERT INTO contacts (mailbox, seq, modified, display_key, given_key, surname_key, "
        "file_as_key, company_key, uid, doc, folder, id, created_seq, created) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        mailbox.key, row.seq, mailbox.clock, display, given, surname, file_as, company, uid,
        document, row.folder, row.id, row.created_seq, mailbox.clock);
    key = database_->last_row();
  } else {
    database_->run(
        "UPDATE contacts SET seq = ?, modified = ?, display_key = ?, given_key = ?, "
        "surname_key = ?, file_as_key = ?, company_key = ?, uid = ?, doc = ?, folder = ? "
        "WHERE contact = ?",
        row.seq, mailbox.clock, display, given, surname, file_as, company, uid, document,
        row.folder, key);
    database_->run("DELETE FROM emails WHERE contact = ?", key);
    database_->run("DELETE FROM search WHERE rowid = ?", key);
  }
  int position = 0;
  for (const EmailAddress& email : contact.email_addresses) {
    database_->run("INSERT INTO emails (contact, position, address_key) VALUES (?, ?, ?)", key,
                   position++, fold(trimmed(email.address)));
  }
  database_->run("INSERT INTO search (rowid, text) VALUES (?, ?)", key, search_text(contact));
}

void ContactStore::move_contact(MailboxRow& mailbox, ContactRow& row, const FolderRow& to) {
  bury(mailbox, row, true);
  count_contacts(mailbox, row.folder, -1);
  count_contacts(mailbox, to.key, 1);
  // Back where it was once: for that folder it is there again, not gone.
  database_->run("DELETE FROM tombstones WHERE contact_id = ? AND folder = ?", row.id, to.key);
  database_->run("UPDATE mailboxes SET tombstones = tombstones - ? WHERE mailbox = ?",
                 database_->changed(), mailbox.key);
  row.folder = to.key;
}

void ContactStore::erase_contact(MailboxRow& mailbox, const ContactRow& row) {
  bury(mailbox, row, false);
  count_contacts(mailbox, row.folder, -1);
  database_->run("DELETE FROM search WHERE rowid = ?", row.key);
  database_->run("DELETE FROM contacts WHERE contact = ?", row.key);
}

void ContactStore::bury(const MailboxRow& mailbox, const ContactRow& row, bool moved) {
  database_->run(
      "INSERT INTO tombstones (mailbox, seq, folder, contact_id, created_seq, moved) "
      "VALUES (?, ?, ?, ?, ?, ?)",
      mailbox.key, mailbox.seq, row.folder, row.id, row.created_seq, moved);
  database_->run("UPDATE mailboxes SET tombstones = tombstones + 1 WHERE mailbox = ?", mailbox.key);
}

void ContactStore::count_contacts(const MailboxRow& mailbox, std::int64_t folder, int by) {
  database_->run("UPDATE mailboxes SET contacts = contacts + ? WHERE mailbox = ?", by, mailbox.key);
  database_->run("UPDATE folders SET contacts = contacts + ? WHERE folder = ?", by, folder);
}

// Forgets a tenth at a time, so that it does not happen with every write.
void ContactStore::prune_tombstones(const MailboxRow& mailbox) {
  const auto held =
      database_->integer("SELECT tombstones FROM mailboxes WHERE mailbox = ?", mailbox.key);
  if (!held || *held <= options_.max_tombstones) return;
  const std::int64_t drop = *held - options_.max_tombstones * 9 / 10;
  const auto up_to = database_->integer(
      "SELECT seq FROM tombstones WHERE mailbox = ? ORDER BY seq LIMIT 1 OFFSET ?", mailbox.key,
      drop - 1);
  if (!up_to) return;
  database_->run("DELETE FROM tombstones WHERE mailbox = ? AND seq <= ?", mailbox.key, *up_to);
  database_->run(
      "UPDATE mailboxes SET tombstones = tombstones - ?, pruned_seq = ? WHERE mailbox = ?",
      database_->changed(), *up_to, mailbox.key);
}

}  // namespace likeness::contacts
