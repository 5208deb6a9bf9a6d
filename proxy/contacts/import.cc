#include "proxy/contacts/import.h"

#include <algorithm>
#include <fstream>
#include <system_error>

#include "proxy/contacts/csv.h"
#include "proxy/contacts/encoding.h"
#include "proxy/contacts/picture.h"
#include "proxy/contacts/text.h"
#include "proxy/contacts/vcard.h"

namespace likeness::contacts {
namespace {

namespace fs = std::filesystem;

// One wait for the disk for this many contacts, or for this much of photos. Contacts come in no
// order of any index, so that a small batch writes nearly as many pages as a large one.
constexpr std::size_t kBatchContacts = 5'000;
constexpr int kProgressContacts = 500;
constexpr std::size_t kBatchBytes = 16 * 1024 * 1024;

// What is to be written next: a card, or a picture with its owner's name.
struct Item {
  std::string where;  // "people.vcf:12"
  Card card;
  std::string owner;  // Of a picture: a contact's id or an address.
};

class Importer {
 public:
  Importer(ContactStore& store, std::string_view mailbox, const Progress& progress)
      : store_(store), mailbox_(mailbox), progress_(progress) {}

  Result<ImportReport> run(const fs::path& path) {
    std::error_code error;
    const bool directory = fs::is_directory(path, error);
    if (error || !fs::exists(path, error)) {
      return fail(Errc::not_found, path.string() + ": cannot be read");
    }
    auto done = directory ? read_directory(path) : read_file(path, true);
    if (done) done = flush();
    if (!done) return std::unexpected(std::move(done.error()));
    return std::move(report_);
  }

 private:
  Result<void> read_directory(const fs::path& path) {
    std::vector<fs::path> files;
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      if (entry->is_regular_file(error)) files.push_back(entry->path());
    }
    if (error) return fail(Errc::internal, path.string() + ": " + error.message());
    // Contacts before pictures, so that these find their owners; then by name, to be repeatable.
    std::ranges::sort(files, {}, [](const fs::path& file) {
      return std::pair(!is_contacts(file), file.filename().string());
    });
    for (const fs::path& file : files) {
      if (auto done = read_file(file, false); !done) return done;
    }
    return {};
  }

  static bool is_contacts(const fs::path& file) {
    const std::string extension = ascii_lower(file.extension().string());
    return extension == ".vcf" || extension == ".vcard" || extension == ".csv";
  }

  Result<void> read_file(const fs::path& file, bool named_by_caller) {
    const std::string extension = ascii_lower(file.extension().string());
    std::ifstream input(file, std::ios::binary);
    if (!input && named_by_caller) {
      return fail(Errc::not_found, file.string() + ": cannot be read");
    }
    if (!input) {
      skip(file.filename().string(), "cannot be read");
      return {};
    }
    if (extension == ".csv") return read_csv(input, file.filename().string());
    if (is_contacts(file)) return read_vcards(input, file.filename().string());
    return read_picture(input, file);
  }

  Result<void> read_vcards(std::istream& input, const std::string& file) {
    VcardReader reader(input);
    while (auto next = reader.next()) {
      if (auto* skipped = std::get_if<SkippedCard>(&*next)) {
        skip(at(file, skipped->line), skipped->reason);
        continue;
      }
      auto& card = std::get<Card>(*next);
      const std::string where = at(file, card.line);
      if (auto done = add({where, std::move(card), {}}); !done) return done;
    }
    return {};
  }

  Result<void> read_csv(std::istream& input, const std::string& file) {
    CsvReader reader(input);
    const auto header = reader.next();
    if (!header) return {};
    const CsvMapping mapping(header->fields);
    if (!mapping.useful()) {
      skip(file, "no column has a name that Google Contacts or Outlook use");
      return {};
    }
    while (auto row = reader.next()) {
      if (row->broken) {
        skip(at(file, row->line), "the row is too large or a quote is never closed");
        continue;
      }
      Card card = mapping.card(*row);
      if (card.patch.given.none()) {
        skip(at(file, row->line), "the row says nothing of use");
        continue;
      }
      if (auto done = add({at(file, row->line), std::move(card), {}}); !done) return done;
    }
    return {};
  }

  Result<void> read_picture(std::istream& input, const fs::path& file) {
    const std::string name = file.filename().string();
    Item item;
    item.where = name;
    item.owner = file.stem().string();
    item.card.photo.resize(kMaxPhotoBytes + 1);
    input.read(item.card.photo.data(), static_cast<std::streamsize>(item.card.photo.size()));
    item.card.photo.resize(static_cast<std::size_t>(input.gcount()));
    if (!read_picture_header(item.card.photo)) {
      skip(name, "is neither contacts nor a picture");
      return {};
    }
    return add(std::move(item));
  }

  Result<void> add(Item item) {
    batch_bytes_ += item.card.photo.size();
    batch_.push_back(std::move(item));
    if (batch_.size() < kBatchContacts && batch_bytes_ < kBatchBytes) return {};
    return flush();
  }

  Result<void> flush() {
    if (batch_.empty()) return {};
    auto done = store_.batch([this]() -> Result<void> {
      for (const Item& item : batch_) {
        if (auto written = write(item); !written) return written;
        if (progress_ && ++written_ % kProgressContacts == 0) progress_(report_);
      }
      return {};
    });
    batch_.clear();
    batch_bytes_ = 0;
    if (done && progress_) progress_(report_);
    return done;
  }

  // Fails only if the store does; what is wrong with the item itself is a reason to skip it.
  Result<void> write(const Item& item) {
    auto owner = item.owner.empty() ? write_card(item.card) : find_owner(item);
    if (!owner) return tolerate(item.where, owner.error());
    for (const std::string& remark : item.card.remarks) note(item.where, remark);
    if (item.card.photo.empty()) return {};
    if (auto written = write_photo(*owner, item.card.photo); !written) {
      return tolerate(item.where, written.error());
    }
    return {};
  }

  Result<void> tolerate(const std::string& where, const Error& error) {
    if (error.code != Errc::bad_request && error.code != Errc::not_found) {
      return std::unexpected(error);
    }
    skip(where, error.detail);
    return {};
  }

  // The id of the contact that was created or updated.
  Result<std::string> write_card(const Card& card) {
    auto known = find(card.patch.values);
    if (!known) return std::unexpected(std::move(known.error()));
    if (!*known) {
      auto created = store_.create(mailbox_, {}, card.patch);
      if (!created) return std::unexpected(std::move(created.error()));
      ++report_.created;
      return created->id;
    }
    const Contact& before = **known;
    Contact after = before;
    // An export of ours calls a contact without a UID by its id.
    const std::string uid = card.patch.values.uid == before.id ? "" : card.patch.values.uid;
    if (auto applied = apply(card.patch, after, before.modified); !applied) {
      return std::unexpected(std::move(applied.error()));
    }
    if (!uid.empty()) after.uid = uid;
    if (after == before) {
      ++report_.unchanged;
      return before.id;
    }
    ContactPatch patch = card.patch;
    patch.values.uid = uid;
    auto patched = store_.patch(mailbox_, before.id, patch);
    if (!patched) return std::unexpected(std::move(patched.error()));
    ++report_.updated;
    return before.id;
  }

  // The contact that a card is about; none if it is new.
  Result<std::optional<Contact>> find(const Contact& card) {
    if (!card.uid.empty()) {
      if (auto own = store_.get(mailbox_, card.uid)) return std::optional(*std::move(own));
      return first(store_.find_by_uid(mailbox_, card.uid), [](const Contact&) { return true; });
    }
    if (!card.email_addresses.empty()) {
      const std::string key = fold(trimmed(card.email_addresses.front().address));
      return first(store_.find_by_email(mailbox_, key), [&key](const Contact& one) {
        return fold(trimmed(one.email_addresses.front().address)) == key;
      });
    }
    const std::string name = card.display_name.value_or(derived_display_name(card));
    return first(store_.find_by_name(mailbox_, name), [&card](const Contact& one) {
      if (card.phones.empty()) return one.phones.empty() && one.email_addresses.empty();
      return std::ranges::any_of(one.phones, [&card](const Phone& phone) {
        return phone_digits(phone.number) == phone_digits(card.phones.front().number);
      });
    });
  }

  template <class F>
  static Result<std::optional<Contact>> first(const Result<std::vector<Contact>>& found, F fits) {
    if (!found) return std::unexpected(found.error());
    const auto fitting = std::ranges::find_if(*found, fits);
    if (fitting == found->end()) return std::optional<Contact>();
    return std::optional<Contact>(*fitting);
  }

  // The id of a picture's owner; empty for the mailbox itself.
  Result<std::string> find_owner(const Item& item) {
    const auto box = store_.mailbox(mailbox_);
    if (!box) return std::unexpected(box.error());
    if (fold(item.owner) == fold(box->upn)) return std::string();
    if (const auto contact = store_.get(mailbox_, item.owner)) return contact->id;
    const auto found = store_.find_by_email(mailbox_, item.owner);
    if (!found) return std::unexpected(found.error());
    if (!found->empty()) return found->front().id;
    if (item.owner.find('@') == std::string::npos) {
      return fail(Errc::not_found, "no contact has this id");
    }
    Card card;
    card.patch.values.email_addresses.push_back({std::nullopt, item.owner});
    card.patch.mark(Property::email_addresses);
    return write_card(card);
  }

  Result<void> write_photo(const std::string& contact, const std::string& bytes) {
    const auto header = read_picture_header(bytes);
    if (!header) return fail(Errc::bad_request, "PHOTO: is no picture that we know");
    if (bytes.size() > kMaxPhotoBytes) return fail(Errc::bad_request, "PHOTO: is too large");
    const auto held = store_.photo_info(mailbox_, contact);
    if (held && held->version == hex(sha256(bytes).substr(0, 16))) return {};
    auto put = store_.put_photo(mailbox_, contact,
                                {bytes, header->content_type, header->width, header->height});
    if (!put) return std::unexpected(std::move(put.error()));
    ++report_.photos;
    return {};
  }

  static std::string at(const std::string& file, std::int64_t line) {
    return file + ":" + std::to_string(line);
  }

  void skip(const std::string& where, const std::string& reason) {
    ++report_.skipped;
    note(where, reason);
  }

  void note(const std::string& where, const std::string& reason) {
    if (report_.reasons.size() < kMaxReasons) report_.reasons.push_back(where + ": " + reason);
  }

  ContactStore& store_;
  std::string mailbox_;
  const Progress& progress_;
  ImportReport report_;
  std::vector<Item> batch_;
  std::size_t batch_bytes_ = 0;
  std::int64_t written_ = 0;
};

}  // namespace

Result<ImportReport> import_path(ContactStore& store, std::string_view mailbox,
                                 const fs::path& path, const Progress& progress) {
  if (auto known = store.mailbox(mailbox); !known) {
    return std::unexpected(std::move(known.error()));
  }
  return Importer(store, mailbox, progress).run(path);
}

}  // namespace likeness::contacts
