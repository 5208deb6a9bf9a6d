#ifndef LIKENESS_PROXY_CONTACTS_CONTACT_JSON_H_
#define LIKENESS_PROXY_CONTACTS_CONTACT_JSON_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/base/error.h"
#include "proxy/contacts/contact.h"

namespace likeness::contacts {

// Contacts and JSON: what clients send, what they get, and what the store keeps. Pure functions.

// The body of a create or a PATCH. Property names are taken in any case. What the service sets
// itself (Id, ChangeKey, CreatedDateTime, LastModifiedDateTime) and annotations ("@odata.…") are
// ignored, since clients send back what they got; any other unknown property, a property of the
// other shape and a value of the wrong type are Errc::bad_request that names the property.
[[nodiscard]] Result<ContactPatch> parse_contact(std::string_view body, Shape shape);

// The body of a folder's create or rename: its DisplayName, trimmed, not empty.
[[nodiscard]] Result<std::string> parse_folder(std::string_view body);

struct Folder {
  std::string id;
  std::string parent_id;
  std::string display_name;
  Text well_known_name;  // "contacts" for the mailbox's default folder, else null.
  std::int64_t contacts = 0;
  friend bool operator==(const Folder&, const Folder&) = default;
};

// A contact that changed, or, without one, the id of a contact that is gone.
struct Change {
  std::string id;
  std::optional<Contact> contact;
};

// How to name things in an answer.
struct RenderOptions {
  Shape shape = Shape::beta;
  std::string base;              // "https://outlook.office.com/api/beta", no slash at its end.
  std::string mailbox_id;        // For "Users('…')" in @odata.id.
  std::string context_path;      // "Me/Contacts", what follows $metadata# in @odata.context.
  std::vector<Property> select;  // As asked; none means all.
};

// One entity, with its @odata.context.
[[nodiscard]] std::string render_contact(const Contact& contact, const RenderOptions& options);

// A collection; `next_link` empty means there is no next page.
[[nodiscard]] std::string render_contacts(std::span<const Contact> contacts,
                                          const RenderOptions& options,
                                          std::optional<std::int64_t> count,
                                          std::string_view next_link);

// A page of a synchronisation; deleted entries as OData's $deletedEntity.
[[nodiscard]] std::string render_changes(std::span<const Change> changes,
                                         const RenderOptions& options, std::string_view delta_link);

// Folders; `select` holds their properties' names in our spelling, none means all.
[[nodiscard]] std::string render_folder(const Folder& folder, const RenderOptions& options,
                                        std::span<const std::string_view> select);
[[nodiscard]] std::string render_folders(std::span<const Folder> folders,
                                         const RenderOptions& options,
                                         std::span<const std::string_view> select,
                                         std::optional<std::int64_t> count,
                                         std::string_view next_link);

// The document that the store keeps: the beta shape without what has columns of its own, and
// without what is unset. A document that cannot be read back is a damaged store: Errc::internal.
[[nodiscard]] std::string to_document(const Contact& contact);
[[nodiscard]] Result<Contact> from_document(std::string_view document);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_CONTACT_JSON_H_
