#ifndef LIKENESS_PROXY_CONTACTS_STORE_H_
#define LIKENESS_PROXY_CONTACTS_STORE_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/contacts/contact.h"
#include "proxy/contacts/contact_json.h"
#include "proxy/contacts/odata.h"

namespace likeness::contacts {

namespace sql {
class Database;
}

struct Mailbox {
  std::string id;       // Opaque, for @odata.id.
  std::string upn;      // The user's name, usually an e-mail address.
  std::string root_id;  // The parent of top-level folders; no folder itself.
  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

struct ContactPage {
  std::vector<Contact> contacts;
  bool more = false;                  // Is there a next page?
  std::optional<std::int64_t> count;  // Of all pages; only if the query asks for it.
};

struct FolderPage {
  std::vector<Folder> folders;
  bool more = false;
  std::optional<std::int64_t> count;
};

struct ChangePage {
  std::vector<Change> changes;
  std::string token;  // Asks for what comes next: this round's next page, or the next round.
  bool more = false;  // Does this round have a next page?
};

struct NewPhoto {
  std::string_view bytes;
  std::string_view content_type;
  int width = 0;
  int height = 0;
};

// What is known of a photo that is kept.
struct PhotoInfo {
  std::string content_type;
  int width = 0;  // 0 where nobody could tell.
  int height = 0;
  std::string version;  // Hexadecimal digest of the bytes; equal versions mean equal bytes.
  std::int64_t bytes = 0;
  Instant modified{};
  friend bool operator==(const PhotoInfo&, const PhotoInfo&) = default;
};

struct StoredPhoto {
  PhotoInfo info;
  std::string bytes;
};

// Whose photo it is; no contact means the mailbox's own user.
struct PhotoOwner {
  std::string mailbox_id;
  std::string contact_id;
  friend bool operator==(const PhotoOwner&, const PhotoOwner&) = default;
};

// A ContactStore keeps mailboxes with their contact folders, contacts and photos in one SQLite
// file. Each function is one transaction; once it has returned, what it wrote survives kill -9 and
// a power cut.
//
// Mailboxes are named by their id or UPN (any case), folders by their id or by "contacts", the
// mailbox's default folder. Ids are opaque, URL-safe and unique in the world. Errors: not_found
// for an unknown name, bad_request (naming the property or option), precondition_failed where an
// If-Match does not hold, conflict for a folder's name that is taken, forbidden for changes of the
// default folder, gone for a sync token that is too old, no_photo, overloaded while another
// process writes for seconds, internal if the disk fails.
//
// An `if_match` argument is the value of an If-Match header; empty means no condition.
//
// Loop-confined: synchronous, one thread uses it. Several processes may open one directory.
class ContactStore {
 public:
  struct Options {
    // The time of writes. Times of changes never run backwards within a mailbox, whatever it says.
    std::function<Instant()> now;  // Unset: the system's clock.
    // Deleted contacts that a mailbox remembers for its sync clients; past it their tokens are
    // gone. 100,000 take about 10 MB.
    std::int64_t max_tombstones = 100'000;
    // The part after "@" of addresses that photo ids name by what is before it: "ada" is
    // ada@example.org where this is "example.org". Empty: none.
    std::string home_domain = {};
  };

  // Opens or creates the store in a directory, which is created as well.
  [[nodiscard]] static Result<ContactStore> open(const std::filesystem::path& directory,
                                                 Options options);
  [[nodiscard]] static Result<ContactStore> open(const std::filesystem::path& directory);
  ContactStore(ContactStore&&) noexcept;
  ContactStore& operator=(ContactStore&&) noexcept;
  ~ContactStore();

  // Runs `work` as one transaction, with one wait for the disk at its end; if it fails, nothing of
  // it happened. For imports.
  [[nodiscard]] Result<void> batch(const std::function<Result<void>()>& work);

  // Mailboxes.
  [[nodiscard]] Result<Mailbox> ensure_mailbox(std::string_view upn);
  [[nodiscard]] Result<Mailbox> mailbox(std::string_view mailbox);
  [[nodiscard]] Result<std::vector<Mailbox>> mailboxes();

  // Contacts. An empty folder means the whole mailbox, and for create the default folder.
  [[nodiscard]] Result<ContactPage> list(std::string_view mailbox, std::string_view folder,
                                         const odata::Query& query);
  [[nodiscard]] Result<Contact> get(std::string_view mailbox, std::string_view id);
  [[nodiscard]] Result<Contact> create(std::string_view mailbox, std::string_view folder,
                                       const ContactPatch& patch);
  // A given ParentFolderId moves the contact.
  [[nodiscard]] Result<Contact> patch(std::string_view mailbox, std::string_view id,
                                      const ContactPatch& patch, std::string_view if_match = {});
  [[nodiscard]] Result<void> remove(std::string_view mailbox, std::string_view id,
                                    std::string_view if_match = {});
  // Those with this address, in the order of creation, at most `kMaxFound`.
  static constexpr int kMaxFound = 100;
  [[nodiscard]] Result<std::vector<Contact>> find_by_email(std::string_view mailbox,
                                                           std::string_view address);
  // Those with this vCard UID, or with this display name: how a repeated import finds its contacts.
  [[nodiscard]] Result<std::vector<Contact>> find_by_uid(std::string_view mailbox,
                                                         std::string_view uid);
  [[nodiscard]] Result<std::vector<Contact>> find_by_name(std::string_view mailbox,
                                                          std::string_view display_name);

  // Folders. An empty parent means the mailbox's top level.
  [[nodiscard]] Result<FolderPage> folders(std::string_view mailbox, std::string_view parent,
                                           const odata::Query& query);
  [[nodiscard]] Result<Folder> folder(std::string_view mailbox, std::string_view id);
  [[nodiscard]] Result<Folder> create_folder(std::string_view mailbox, std::string_view parent,
                                             std::string_view display_name);
  [[nodiscard]] Result<Folder> rename_folder(std::string_view mailbox, std::string_view id,
                                             std::string_view display_name);
  // With all that is in it.
  [[nodiscard]] Result<void> remove_folder(std::string_view mailbox, std::string_view id);

  // What changed in a folder or, without one, in the mailbox. No token starts a round over all
  // contacts; the token of a page asks for the next one, until `more` is false, and then for a
  // round of what changed since this one began. Over all rounds every change is told once, in its
  // latest state, whatever is written meanwhile. A page has at most `page_size` changes.
  [[nodiscard]] Result<ChangePage> changes(std::string_view mailbox, std::string_view folder,
                                           std::string_view token, int page_size);

  // Photos; an empty contact means the mailbox's own. Writing one is a change of its contact.
  [[nodiscard]] Result<StoredPhoto> photo(std::string_view mailbox, std::string_view contact);
  [[nodiscard]] Result<PhotoInfo> photo_info(std::string_view mailbox, std::string_view contact);
  [[nodiscard]] Result<PhotoInfo> put_photo(std::string_view mailbox, std::string_view contact,
                                            const NewPhoto& photo);
  // no_photo if there is none.
  [[nodiscard]] Result<void> remove_photo(std::string_view mailbox, std::string_view contact);
  // Who is meant by a photo id (photo/id.h): "{mailbox}/contacts/{id}" or, in all mailboxes, a
  // contact's id, a mailbox's id or UPN, or the address of a contact (one with a photo goes first).
  // Addresses, and UPNs that are one, are to be given folded (contacts::fold), so that a photo has
  // few names. Error: no_photo if nobody is meant.
  [[nodiscard]] Result<PhotoOwner> photo_owner(std::string_view id);
  // The display name of whose photo that is; empty if it is a mailbox's own.
  [[nodiscard]] Result<std::string> owner_name(std::string_view id);
  // Every photo id under which this photo can be known to a cache.
  [[nodiscard]] Result<std::vector<std::string>> photo_names(const PhotoOwner& owner);
  // The same of all photos in a folder and the folders in it.
  [[nodiscard]] Result<std::vector<std::string>> photo_names_in(std::string_view mailbox,
                                                                std::string_view folder);

 private:
  struct MailboxRow;
  struct ContactRow;
  struct FolderRow;
  struct PhotoKey;
  struct SyncToken;

  ContactStore(std::unique_ptr<sql::Database> database, Options options);
  void load_identity();

  // store.cc: rows and numbers that all parts need.
  Result<MailboxRow> mailbox_row(std::string_view mailbox);
  Result<FolderRow> folder_row(const MailboxRow& mailbox, std::string_view folder);
  Result<ContactRow> contact_row(const MailboxRow& mailbox, std::string_view id);
  // Takes the mailbox's next number and moves its clock.
  void next_change(MailboxRow& mailbox);
  [[nodiscard]] std::string change_key(std::int64_t seq) const;
  [[nodiscard]] Result<Contact> read_contact(std::int64_t row);
  [[nodiscard]] Result<void> check_match(std::string_view if_match, std::int64_t seq) const;

  // store_contacts.cc
  void write_contact(const MailboxRow& mailbox, const ContactRow& row, const Contact& contact,
                     bool is_new);
  void move_contact(MailboxRow& mailbox, ContactRow& row, const FolderRow& to);
  void erase_contact(MailboxRow& mailbox, const ContactRow& row);
  void bury(const MailboxRow& mailbox, const ContactRow& row, bool moved);
  void count_contacts(const MailboxRow& mailbox, std::int64_t folder, int by);
  void prune_tombstones(const MailboxRow& mailbox);
  Result<std::vector<Contact>> read_contacts(const std::vector<std::int64_t>& rows);

  // store_list.cc
  Result<std::vector<Contact>> found(std::string_view mailbox, std::string_view query,
                                     const std::string& key);

  // store_folders.cc
  [[nodiscard]] Folder read_folder(const MailboxRow& mailbox, std::int64_t key);
  void erase_folder(MailboxRow& mailbox, std::int64_t folder);

  // store_photos.cc
  Result<PhotoKey> photo_key(std::string_view mailbox, std::string_view contact);
  void touch(PhotoKey& key);
  void add_address(std::vector<std::string>& names, std::string_view folded) const;
  void add_names(std::vector<std::string>& names, const Mailbox& mailbox, const ContactRow& row);

  // store_sync.cc
  [[nodiscard]] std::string seal(const SyncToken& token) const;
  [[nodiscard]] Result<SyncToken> unseal(std::string_view text) const;
  [[nodiscard]] Result<SyncToken> round_of(const MailboxRow& mailbox, std::int64_t folder,
                                           std::string_view text) const;
  [[nodiscard]] Result<ChangePage> tell(SyncToken round, int page_size);

  std::unique_ptr<sql::Database> database_;
  Options options_;
  std::string identity_;   // 16 random bytes that tell this store from any other.
  std::string token_key_;  // Seals sync tokens.
};

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_STORE_H_
