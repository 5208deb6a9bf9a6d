#ifndef LIKENESS_PROXY_CONTACTS_EXPORT_H_
#define LIKENESS_PROXY_CONTACTS_EXPORT_H_

#include <cstdint>
#include <functional>
#include <string_view>

#include "proxy/contacts/store.h"
#include "proxy/contacts/vcard.h"

namespace likeness::contacts {

// Takes the next piece of an export; false ends it (a full disk, a closed pipe).
using Sink = std::function<bool(std::string_view)>;

// Writes a mailbox, or one folder of it, as vCards with their photos, in the order of their last
// change and in the memory of a page of contacts. Each contact comes once, however much is written
// meanwhile. Returns how many came; Errc::internal if the sink refused.
[[nodiscard]] Result<std::int64_t> export_vcards(ContactStore& store, std::string_view mailbox,
                                                 std::string_view folder, VcardVersion version,
                                                 const Sink& sink);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_EXPORT_H_
