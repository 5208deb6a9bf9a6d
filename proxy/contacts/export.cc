#include "proxy/contacts/export.h"

namespace likeness::contacts {
namespace {

constexpr int kPage = 200;

}  // namespace

Result<std::int64_t> export_vcards(ContactStore& store, std::string_view mailbox,
                                   std::string_view folder, VcardVersion version,
                                   const Sink& sink) {
  std::int64_t written = 0;
  std::string token;
  while (true) {
    auto page = store.changes(mailbox, folder, token, kPage);
    if (!page) return std::unexpected(std::move(page.error()));
    for (const Change& change : page->changes) {
      if (!change.contact) continue;
      auto photo = store.photo(mailbox, change.id);
      if (!photo && photo.error().code != Errc::no_photo && photo.error().code != Errc::not_found) {
        return std::unexpected(std::move(photo.error()));
      }
      const StoredPhoto none;
      const StoredPhoto& held = photo ? *photo : none;
      if (!sink(to_vcard(*change.contact, held.bytes, held.info.content_type, version))) {
        return fail(Errc::internal, "the export could not be written");
      }
      ++written;
    }
    if (!page->more) return written;
    token = page->token;
  }
}

}  // namespace likeness::contacts
