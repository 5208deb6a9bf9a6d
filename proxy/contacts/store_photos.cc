#include "proxy/contacts/encoding.h"
#include "proxy/contacts/store_rows.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

// The first half of the bytes' SHA-256.
std::string version_of(std::string_view bytes) { return hex(sha256(bytes).substr(0, 16)); }

PhotoInfo read_info(const sql::Statement& row) {
  PhotoInfo info;
  info.content_type = row.text(0);
  info.width = static_cast<int>(row.integer(1));
  info.height = static_cast<int>(row.integer(2));
  info.version = row.text(3);
  info.modified = Instant(std::chrono::seconds(row.integer(4)));
  info.bytes = row.integer(5);
  return info;
}

constexpr std::string_view kInfo =
    "SELECT content_type, width, height, version, modified, size FROM photos "
    "WHERE contact IS ? AND mailbox IS ?";
constexpr std::string_view kInfoAndBytes =
    "SELECT content_type, width, height, version, modified, size, bytes FROM photos "
    "WHERE contact IS ? AND mailbox IS ?";

}  // namespace

// One of the two keys, as the photos table has them.
struct ContactStore::PhotoKey {
  MailboxRow mailbox_row;
  std::optional<ContactRow> contact_row;
  std::optional<std::int64_t> contact;
  std::optional<std::int64_t> mailbox;
};

Result<ContactStore::PhotoKey> ContactStore::photo_key(std::string_view mailbox,
                                                       std::string_view contact) {
  auto box = mailbox_row(mailbox);
  if (!box) return std::unexpected(std::move(box.error()));
  PhotoKey key;
  key.mailbox_row = std::move(*box);
  if (contact.empty()) {
    key.mailbox = key.mailbox_row.key;
    return key;
  }
  auto row = contact_row(key.mailbox_row, contact);
  if (!row) return std::unexpected(std::move(row.error()));
  key.contact = row->key;
  key.contact_row = std::move(*row);
  return key;
}

// A photo is an attachment of its contact: changing it changes the contact, so that clients that
// synchronise come and look.
void ContactStore::touch(PhotoKey& key) {
  next_change(key.mailbox_row);
  if (!key.contact) return;
  database_->run("UPDATE contacts SET seq = ?, modified = ? WHERE contact = ?", key.mailbox_row.seq,
                 key.mailbox_row.clock, *key.contact);
}

Result<PhotoInfo> ContactStore::photo_info(std::string_view mailbox, std::string_view contact) {
  return walled([&]() -> Result<PhotoInfo> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto key = photo_key(mailbox, contact);
    if (!key) return std::unexpected(std::move(key.error()));
    sql::Statement find(*database_, kInfo);
    find.bind(key->contact);
    find.bind(key->mailbox);
    if (!find.step()) return fail(Errc::no_photo);
    return read_info(find);
  });
}

Result<StoredPhoto> ContactStore::photo(std::string_view mailbox, std::string_view contact) {
  return walled([&]() -> Result<StoredPhoto> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto key = photo_key(mailbox, contact);
    if (!key) return std::unexpected(std::move(key.error()));
    sql::Statement find(*database_, kInfoAndBytes);
    find.bind(key->contact);
    find.bind(key->mailbox);
    if (!find.step()) return fail(Errc::no_photo);
    return StoredPhoto{read_info(find), std::string(find.blob(6))};
  });
}

Result<PhotoInfo> ContactStore::put_photo(std::string_view mailbox, std::string_view contact,
                                          const NewPhoto& photo) {
  return walled([&]() -> Result<PhotoInfo> {
    if (photo.bytes.empty() || photo.content_type.empty()) {
      return fail(Errc::bad_request, "photo: is empty");
    }
    sql::Transaction writing(*database_);
    auto key = photo_key(mailbox, contact);
    if (!key) return std::unexpected(std::move(key.error()));
    touch(*key);
    const PhotoInfo info{std::string(photo.content_type),
                         photo.width,
                         photo.height,
                         version_of(photo.bytes),
                         static_cast<std::int64_t>(photo.bytes.size()),
                         Instant(std::chrono::seconds(key->mailbox_row.clock))};
    database_->run("DELETE FROM photos WHERE contact IS ? AND mailbox IS ?", key->contact,
                   key->mailbox);
    database_->run(
        "INSERT INTO photos (contact, mailbox, content_type, width, height, version, modified, "
        "size, bytes) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        key->contact, key->mailbox, info.content_type, info.width, info.height, info.version,
        key->mailbox_row.clock, info.bytes, sql::Blob{photo.bytes});
    writing.commit();
    return info;
  });
}

Result<void> ContactStore::remove_photo(std::string_view mailbox, std::string_view contact) {
  return walled([&]() -> Result<void> {
    sql::Transaction writing(*database_);
    auto key = photo_key(mailbox, contact);
    if (!key) return std::unexpected(std::move(key.error()));
    database_->run("DELETE FROM photos WHERE contact IS ? AND mailbox IS ?", key->contact,
                   key->mailbox);
    if (database_->changed() == 0) return fail(Errc::no_photo);
    touch(*key);
    writing.commit();
    return {};
  });
}

Result<PhotoOwner> ContactStore::photo_owner(std::string_view id) {
  return walled([&]() -> Result<PhotoOwner> {
    const std::string key = fold(trimmed(id));
    sql::Statement find(*database_, R"sql(
      SELECT m.id, c.id, 1 AS has_photo FROM contacts c JOIN mailboxes m ON m.mailbox = c.mailbox
        WHERE c.id = ?1
      UNION ALL
      SELECT m.id, '', EXISTS (SELECT 1 FROM photos p WHERE p.mailbox = m.mailbox)
        FROM mailboxes m WHERE m.id = ?1 OR m.upn_key = ?2
      UNION ALL
      SELECT m.id, c.id, EXISTS (SELECT 1 FROM photos p WHERE p.contact = c.contact)
        FROM emails e JOIN contacts c ON c.contact = e.contact
        JOIN mailboxes m ON m.mailbox = c.mailbox WHERE e.address_key = ?2
      ORDER BY has_photo DESC LIMIT 1)sql");
    find.bind(id);
    find.bind(std::string_view(key));
    if (!find.step()) return fail(Errc::no_photo, "nobody has this id or address");
    return PhotoOwner{std::string(find.text(0)), std::string(find.text(1))};
  });
}

}  // namespace likeness::contacts
