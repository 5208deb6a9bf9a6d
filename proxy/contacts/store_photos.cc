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

// Between a mailbox and a contact of it, in the names of photos.
constexpr std::string_view kContactsPart = "/contacts/";

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
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    if (const auto place = id.find(kContactsPart); place != std::string_view::npos) {
      const std::string_view contact = id.substr(place + kContactsPart.size());
      auto key = photo_key(id.substr(0, place), contact);
      if (!key) return fail(Errc::no_photo, "nobody has this id");
      return PhotoOwner{key->mailbox_row.mailbox.id, std::string(contact)};
    }
    // Without "@" it is an id, which means itself alone, or the local part of an address.
    std::string address = fold(id);
    if (id.find('@') == std::string_view::npos) {
      const bool local = address == id && !options_.home_domain.empty();
      address = local ? address + '@' + fold(options_.home_domain) : std::string(id);
    }
    sql::Statement find(*database_, R"sql(
      SELECT m.id, c.id, 1 AS has_photo FROM contacts c JOIN mailboxes m ON m.mailbox = c.mailbox
        WHERE c.id = ?1
      UNION ALL
      SELECT m.id, '', EXISTS (SELECT 1 FROM photos p WHERE p.mailbox = m.mailbox)
        FROM mailboxes m WHERE m.id = ?1 OR m.upn_key = ?1 OR m.upn_key = ?2
      UNION ALL
      SELECT m.id, c.id, EXISTS (SELECT 1 FROM photos p WHERE p.contact = c.contact)
        FROM emails e JOIN contacts c ON c.contact = e.contact
        JOIN mailboxes m ON m.mailbox = c.mailbox WHERE e.address_key IN (?1, ?2)
      ORDER BY has_photo DESC LIMIT 1)sql");
    find.bind(id);
    find.bind(std::string_view(address));
    if (!find.step()) return fail(Errc::no_photo, "nobody has this id or address");
    return PhotoOwner{std::string(find.text(0)), std::string(find.text(1))};
  });
}

Result<std::string> ContactStore::owner_name(std::string_view id) {
  const auto owner = photo_owner(id);
  if (!owner) return std::unexpected(owner.error());
  if (owner->contact_id.empty()) return std::string();
  auto contact = get(owner->mailbox_id, owner->contact_id);
  if (!contact) return std::unexpected(std::move(contact.error()));
  return std::move(contact->display_name).value_or("");
}

void ContactStore::add_address(std::vector<std::string>& names, std::string_view folded) const {
  if (folded.empty()) return;
  names.emplace_back(folded);
  const std::size_t at = folded.rfind('@');
  if (at != std::string_view::npos && !options_.home_domain.empty() &&
      folded.substr(at + 1) == fold(options_.home_domain)) {
    names.emplace_back(folded.substr(0, at));
  }
}

void ContactStore::add_names(std::vector<std::string>& names, const Mailbox& mailbox,
                             const ContactRow& row) {
  names.push_back(row.id);
  for (const std::string& user : {fold(mailbox.upn), mailbox.id}) {
    names.push_back(user + std::string(kContactsPart) + row.id);
  }
  sql::Statement addresses(*database_, "SELECT address_key FROM emails WHERE contact = ?");
  addresses.bind(row.key);
  while (addresses.step()) add_address(names, addresses.text(0));
}

Result<std::vector<std::string>> ContactStore::photo_names(const PhotoOwner& owner) {
  return walled([&]() -> Result<std::vector<std::string>> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto key = photo_key(owner.mailbox_id, owner.contact_id);
    if (!key) return std::unexpected(std::move(key.error()));
    std::vector<std::string> names;
    const Mailbox& mailbox = key->mailbox_row.mailbox;
    if (key->contact_row) {
      add_names(names, mailbox, *key->contact_row);
    } else {
      names.push_back(mailbox.id);
      add_address(names, fold(mailbox.upn));
    }
    return names;
  });
}

Result<std::vector<std::string>> ContactStore::photo_names_in(std::string_view mailbox,
                                                              std::string_view folder) {
  return walled([&]() -> Result<std::vector<std::string>> {
    const sql::Transaction reading(*database_, sql::Transaction::Mode::read);
    auto box = mailbox_row(mailbox);
    if (!box) return std::unexpected(std::move(box.error()));
    auto top = folder_row(*box, folder);
    if (!top) return std::unexpected(std::move(top.error()));
    sql::Statement find(*database_, R"sql(
      WITH RECURSIVE inside(folder) AS (
        SELECT ? UNION SELECT f.folder FROM folders f JOIN inside i ON f.parent = i.folder)
      SELECT c.contact, c.id FROM photos p JOIN contacts c ON c.contact = p.contact
        JOIN inside i ON i.folder = c.folder)sql");
    find.bind(top->key);
    std::vector<std::string> names;
    while (find.step()) {
      add_names(names, box->mailbox, {.key = find.integer(0), .id = std::string(find.text(1))});
    }
    return names;
  });
}

}  // namespace likeness::contacts
