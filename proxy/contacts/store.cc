#include "proxy/contacts/store.h"

#include <system_error>

#include "proxy/contacts/encoding.h"
#include "proxy/contacts/schema.h"
#include "proxy/contacts/store_rows.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

constexpr std::size_t kMaxNameBytes = 512;
constexpr std::size_t kIdentityBytes = 16;
constexpr std::size_t kTokenKeyBytes = 32;

constexpr const char* kMailboxColumns =
    "SELECT mailbox, id, upn, root_id, seq, clock, contacts, tombstones, pruned_seq "
    "FROM mailboxes ";

std::string guid() {
  const std::string digits = hex(random_bytes(16));
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20);
}

// One of the entity tags of an If-Match header, with or without W/ and quotes.
std::string_view bare_tag(std::string_view tag) {
  tag = trimmed(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"')
    tag = tag.substr(1, tag.size() - 2);
  return tag;
}

std::string loaded_or_made(sql::Database& database, std::string_view key, std::size_t size) {
  {
    sql::Statement find(database, "SELECT value FROM meta WHERE key = ?");
    find.bind(key);
    if (find.step()) return std::string(find.blob(0));
  }
  const std::string made = random_bytes(size);
  database.run("INSERT INTO meta (key, value) VALUES (?, ?)", key, sql::Blob{made});
  return made;
}

Instant system_now() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

Result<ContactStore> ContactStore::open(const std::filesystem::path& directory, Options options) {
  return walled([&]() -> Result<ContactStore> {
    namespace fs = std::filesystem;
    if (fs::create_directories(directory)) {
      // People's addresses and faces: nobody else's to read.
      fs::permissions(directory, fs::perms::owner_all, fs::perm_options::replace);
    }
    auto database = std::make_unique<sql::Database>((directory / "contacts.db").string());
    prepare(*database);
    ContactStore store(std::move(database), std::move(options));
    store.load_identity();
    return store;
  });
}

Result<ContactStore> ContactStore::open(const std::filesystem::path& directory) {
  return open(directory, Options());
}

ContactStore::ContactStore(std::unique_ptr<sql::Database> database, Options options)
    : database_(std::move(database)), options_(std::move(options)) {
  if (!options_.now) options_.now = system_now;
}

ContactStore::ContactStore(ContactStore&&) noexcept = default;
ContactStore& ContactStore::operator=(ContactStore&&) noexcept = default;
ContactStore::~ContactStore() = default;

void ContactStore::load_identity() {
  sql::Transaction writing(*database_);
  identity_ = loaded_or_made(*database_, "identity", kIdentityBytes);
  token_key_ = loaded_or_made(*database_, "token_key", kTokenKeyBytes);
  writing.commit();
}

Result<void> ContactStore::batch(const std::function<Result<void>()>& work) {
  return walled([&]() -> Result<void> {
    sql::Transaction writing(*database_);
    if (auto done = work(); !done) return done;
    writing.commit();
    return {};
  });
}

Result<Mailbox> ContactStore::ensure_mailbox(std::string_view upn) {
  return walled([&]() -> Result<Mailbox> {
    const std::string_view name = trimmed(upn);
    if (name.empty() || name.size() > kMaxNameBytes || !valid_utf8(name)) {
      return fail(Errc::bad_request, "mailbox: the name is empty, too long or not UTF-8");
    }
    sql::Transaction writing(*database_);
    if (auto row = mailbox_row(name)) return row->mailbox;
    const Mailbox made{guid() + "@" + guid(), std::string(name),
                       base64_url(std::string("\x01\x03\x24", 3) + random_bytes(18))};
    database_->run("INSERT INTO mailboxes (id, upn, upn_key, root_id) VALUES (?, ?, ?, ?)", made.id,
                   made.upn, fold(made.upn), made.root_id);
    database_->run(
        "INSERT INTO folders (mailbox, id, name, name_key, well_known) "
        "VALUES (?, ?, 'Contacts', 'contacts', 'contacts')",
        database_->last_row(), base64_url(std::string("\x01\x03\x24", 3) + random_bytes(18)));
    writing.commit();
    return made;
  });
}

Result<Mailbox> ContactStore::mailbox(std::string_view mailbox) {
  return walled([&]() -> Result<Mailbox> {
    auto row = mailbox_row(mailbox);
    if (!row) return std::unexpected(std::move(row.error()));
    return std::move(row->mailbox);
  });
}

Result<std::vector<Mailbox>> ContactStore::mailboxes() {
  return walled([&]() -> Result<std::vector<Mailbox>> {
    std::vector<Mailbox> found;
    sql::Statement all(*database_, "SELECT id, upn, root_id FROM mailboxes ORDER BY mailbox");
    while (all.step()) {
      found.push_back(
          {std::string(all.text(0)), std::string(all.text(1)), std::string(all.text(2))});
    }
    return found;
  });
}

Result<ContactStore::MailboxRow> ContactStore::mailbox_row(std::string_view mailbox) {
  const std::string key = fold(mailbox);
  sql::Statement find(*database_,
                      std::string(kMailboxColumns) + "WHERE id = ? OR upn_key = ? LIMIT 1");
  find.bind(mailbox);
  find.bind(std::string_view(key));
  if (!find.step()) return fail(Errc::not_found, "no such mailbox");
  MailboxRow row;
  row.key = find.integer(0);
  row.mailbox = {std::string(find.text(1)), std::string(find.text(2)), std::string(find.text(3))};
  row.seq = find.integer(4);
  row.clock = find.integer(5);
  row.contacts = find.integer(6);
  row.tombstones = find.integer(7);
  row.pruned_seq = find.integer(8);
  return row;
}

Result<ContactStore::FolderRow> ContactStore::folder_row(const MailboxRow& mailbox,
                                                         std::string_view folder) {
  const bool well_known = folder.empty() || equal_ignoring_case(folder, "contacts");
  sql::Statement find(
      *database_, well_known ? "SELECT folder, parent, id, name, well_known, contacts FROM folders "
                               "WHERE mailbox = ? AND well_known = 'contacts'"
                             : "SELECT folder, parent, id, name, well_known, contacts FROM folders "
                               "WHERE mailbox = ? AND id = ?");
  find.bind(mailbox.key);
  if (!well_known) find.bind(folder);
  if (!find.step()) return fail(Errc::not_found, "no such folder");
  FolderRow row;
  row.key = find.integer(0);
  if (!find.is_null(1)) row.parent = find.integer(1);
  row.id = find.text(2);
  row.name = find.text(3);
  if (!find.is_null(4)) row.well_known = std::string(find.text(4));
  row.contacts = find.integer(5);
  return row;
}

Result<ContactStore::ContactRow> ContactStore::contact_row(const MailboxRow& mailbox,
                                                           std::string_view id) {
  sql::Statement find(*database_,
                      "SELECT contact, folder, seq, created_seq FROM contacts "
                      "WHERE id = ? AND mailbox = ?");
  find.bind(id);
  find.bind(mailbox.key);
  if (!find.step()) return fail(Errc::not_found, "no such contact");
  return ContactRow{find.integer(0), std::string(id), find.integer(1), find.integer(2),
                    find.integer(3)};
}

void ContactStore::next_change(MailboxRow& mailbox) {
  ++mailbox.seq;
  mailbox.clock = std::max(mailbox.clock, std::int64_t{options_.now().time_since_epoch().count()});
  database_->run("UPDATE mailboxes SET seq = ?, clock = ? WHERE mailbox = ?", mailbox.seq,
                 mailbox.clock, mailbox.key);
}

// Exchange's layout: a type, a length, the store's identity, and the number of the change.
std::string ContactStore::change_key(std::int64_t seq) const {
  std::string bytes("\x11\0\0\0\x16\0\0\0", 8);
  bytes += identity_;
  for (int shift = 40; shift >= 0; shift -= 8) {
    bytes += static_cast<char>(static_cast<unsigned char>((seq >> shift) & 0xFF));
  }
  return base64(bytes);
}

Result<void> ContactStore::check_match(std::string_view if_match, std::int64_t seq) const {
  if (trimmed(if_match).empty()) return {};
  const std::string key = change_key(seq);
  while (true) {
    const std::size_t comma = if_match.find(',');
    const std::string_view tag = bare_tag(if_match.substr(0, comma));
    if (tag == "*" || tag == key) return {};
    if (comma == std::string_view::npos) break;
    if_match.remove_prefix(comma + 1);
  }
  return fail(Errc::precondition_failed, "the contact has changed");
}

Result<Contact> ContactStore::read_contact(std::int64_t row) {
  sql::Statement find(*database_,
                      "SELECT c.id, f.id, c.seq, c.created, c.modified, c.uid, c.doc "
                      "FROM contacts c JOIN folders f ON f.folder = c.folder WHERE c.contact = ?");
  find.bind(row);
  if (!find.step()) return fail(Errc::not_found, "no such contact");
  auto contact = from_document(find.text(6));
  if (!contact) return contact;
  contact->id = find.text(0);
  contact->folder_id = find.text(1);
  contact->change_key = change_key(find.integer(2));
  contact->created = Instant(std::chrono::seconds(find.integer(3)));
  contact->modified = Instant(std::chrono::seconds(find.integer(4)));
  contact->uid = find.text(5);
  return contact;
}

}  // namespace likeness::contacts
