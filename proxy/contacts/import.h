#ifndef LIKENESS_PROXY_CONTACTS_IMPORT_H_
#define LIKENESS_PROXY_CONTACTS_IMPORT_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "proxy/contacts/store.h"

namespace likeness::contacts {

struct ImportReport {
  std::int64_t created = 0;
  std::int64_t updated = 0;
  std::int64_t unchanged = 0;  // Found again as it was; nothing was written.
  std::int64_t photos = 0;     // Written.
  std::int64_t skipped = 0;    // Cards, rows and files.
  // Why, for the first kMaxReasons skipped things and left-out properties: "a.vcf:12: …".
  std::vector<std::string> reasons;
};
inline constexpr std::size_t kMaxReasons = 1'000;
// A larger picture is skipped.
inline constexpr std::size_t kMaxPhotoBytes = 20 * 1024 * 1024;

// Called every few hundred contacts and at the end of each transaction; must not use the store.
using Progress = std::function<void(const ImportReport&)>;

// Imports a .vcf or .csv file, or a directory: its .vcf and .csv files first, then its pictures,
// which are named by a contact's id or an e-mail address ("anna@example.org.jpg"; the mailbox's own
// name means its own photo). A picture whose address nobody has makes a contact with that address.
//
// Safe to repeat: what is known already is updated, not doubled, and not touched at all if nothing
// differs. A card is known by its UID, without one by its first address, without that by its name
// and one of its telephone numbers. Properties that it does not give stay as they are.
//
// Writes in transactions of some thousand contacts; memory is bounded whatever the size of a file.
// Fails only if the path cannot be read or the store cannot be written; what was imported before
// that stays.
[[nodiscard]] Result<ImportReport> import_path(ContactStore& store, std::string_view mailbox,
                                               const std::filesystem::path& path,
                                               const Progress& progress = {});

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_IMPORT_H_
