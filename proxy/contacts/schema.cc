#include "proxy/contacts/schema.h"

#include <array>
#include <stdexcept>
#include <string>

namespace likeness::contacts {
namespace {

// WAL with FULL: an acknowledged write survives kill -9 and a power cut. Readers of other processes
// do not wait. 32 MB of cache hold the indexes of 100,000 contacts; the WAL is cut back to 16 MB
// after a burst.
constexpr const char* kPragmas = R"sql(
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA cache_size = -32768;
  PRAGMA wal_autocheckpoint = 8192;
  PRAGMA journal_size_limit = 16777216;
  PRAGMA temp_store = MEMORY;
)sql";

// Every write takes the next number of its mailbox (`seq`): change keys and sync tokens are made
// of it. Keys are folded text for sorting and finding; the document is all the rest (to_document).
// Contacts come twice in most indexes, since a list has the scope of a mailbox or of a folder.
//
// A tombstone says that a contact left a folder: deleted, or (`moved`) to another one.
// `created_seq` is the number of its creation, to spare those who never heard of it.
//
// The search index keeps so much of a transaction in memory before it writes: a batch of an import,
// of which it would else write and merge hundreds of pieces.
constexpr const char* kVersion1 = R"sql(
  CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

  CREATE TABLE mailboxes (
    mailbox INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    upn TEXT NOT NULL,
    upn_key TEXT NOT NULL UNIQUE,
    root_id TEXT NOT NULL,
    seq INTEGER NOT NULL DEFAULT 0,
    clock INTEGER NOT NULL DEFAULT 0,
    contacts INTEGER NOT NULL DEFAULT 0,
    tombstones INTEGER NOT NULL DEFAULT 0,
    pruned_seq INTEGER NOT NULL DEFAULT 0);

  CREATE TABLE folders (
    folder INTEGER PRIMARY KEY AUTOINCREMENT,
    mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    parent INTEGER REFERENCES folders,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    well_known TEXT,
    contacts INTEGER NOT NULL DEFAULT 0);
  CREATE UNIQUE INDEX folders_by_name ON folders (mailbox, ifnull(parent, 0), name_key);
  CREATE INDEX folders_by_parent ON folders (parent);

  CREATE TABLE contacts (
    contact INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    folder INTEGER NOT NULL REFERENCES folders,
    seq INTEGER NOT NULL,
    created_seq INTEGER NOT NULL,
    created INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    display_key TEXT NOT NULL,
    given_key TEXT NOT NULL,
    surname_key TEXT NOT NULL,
    file_as_key TEXT NOT NULL,
    company_key TEXT NOT NULL,
    uid TEXT,
    doc TEXT NOT NULL);
  CREATE INDEX contacts_of_mailbox ON contacts (mailbox);
  CREATE UNIQUE INDEX contacts_by_seq ON contacts (mailbox, seq);
  CREATE INDEX contacts_by_display ON contacts (mailbox, display_key);
  CREATE INDEX contacts_by_given ON contacts (mailbox, given_key, surname_key);
  CREATE INDEX contacts_by_surname ON contacts (mailbox, surname_key, given_key);
  CREATE INDEX contacts_by_file_as ON contacts (mailbox, file_as_key);
  CREATE INDEX contacts_by_company ON contacts (mailbox, company_key);
  CREATE INDEX contacts_by_uid ON contacts (mailbox, uid) WHERE uid IS NOT NULL;
  CREATE INDEX contacts_of_folder ON contacts (folder);
  CREATE INDEX contacts_by_folder_seq ON contacts (folder, seq);
  CREATE INDEX contacts_by_folder_display ON contacts (folder, display_key);
  CREATE INDEX contacts_by_folder_given ON contacts (folder, given_key, surname_key);
  CREATE INDEX contacts_by_folder_surname ON contacts (folder, surname_key, given_key);
  CREATE INDEX contacts_by_folder_file_as ON contacts (folder, file_as_key);
  CREATE INDEX contacts_by_folder_company ON contacts (folder, company_key);

  CREATE TABLE emails (
    contact INTEGER NOT NULL REFERENCES contacts ON DELETE CASCADE,
    position INTEGER NOT NULL,
    address_key TEXT NOT NULL,
    PRIMARY KEY (contact, position)) WITHOUT ROWID;
  CREATE INDEX emails_by_address ON emails (address_key);

  CREATE VIRTUAL TABLE search USING fts5 (
    text, tokenize = 'unicode61 remove_diacritics 2', prefix = '3', columnsize = 0);
  INSERT INTO search (search, rank) VALUES ('hashsize', 33554432);

  CREATE TABLE photos (
    photo INTEGER PRIMARY KEY,
    contact INTEGER UNIQUE REFERENCES contacts ON DELETE CASCADE,
    mailbox INTEGER UNIQUE REFERENCES mailboxes ON DELETE CASCADE,
    content_type TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    version TEXT NOT NULL,
    modified INTEGER NOT NULL,
    size INTEGER NOT NULL,
    bytes BLOB NOT NULL);

  CREATE TABLE tombstones (
    mailbox INTEGER NOT NULL REFERENCES mailboxes ON DELETE CASCADE,
    seq INTEGER NOT NULL,
    folder INTEGER NOT NULL,
    contact_id TEXT NOT NULL,
    created_seq INTEGER NOT NULL,
    moved INTEGER NOT NULL,
    PRIMARY KEY (mailbox, seq)) WITHOUT ROWID;
  CREATE INDEX tombstones_of_folder ON tombstones (folder, seq);
  CREATE INDEX tombstones_of_contact ON tombstones (contact_id);
)sql";

constexpr std::array<const char*, kSchemaVersion> kMigrations{kVersion1};

}  // namespace

void prepare(sql::Database& database) {
  database.script(kPragmas);
  sql::Transaction transaction(database);
  const auto version =
      static_cast<std::size_t>(database.integer("PRAGMA user_version").value_or(0));
  if (version > kMigrations.size()) {
    throw std::runtime_error("the contact store was written by a newer version of this program");
  }
  if (version == kMigrations.size()) return;
  for (std::size_t next = version; next < kMigrations.size(); ++next) {
    database.script(kMigrations[next]);
  }
  database.script("PRAGMA user_version = " + std::to_string(kSchemaVersion));
  transaction.commit();
}

}  // namespace likeness::contacts
