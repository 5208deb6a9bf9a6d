#ifndef LIKENESS_PROXY_REST_RESOURCE_H_
#define LIKENESS_PROXY_REST_RESOURCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/base/error.h"
#include "proxy/contacts/contact.h"

namespace likeness::rest {

// What a URL of the Outlook Contacts REST API names, photos aside:
//   /api/{beta|v2.0}/{me|users('{user}')}/contacts                       a collection of contacts
//   …/contacts('{id}')                                                   a contact
//   …/contactfolders, …/contactfolders('{id}')/childfolders              a collection of folders
//   …/contactfolders('{id}')                                             a folder
//   …/contactfolders('{id}')/contacts, …/contacts('{id}')                the contacts of a folder
// Words in any case, ids also as "contacts/{id}", one slash more at the end. A photo of any of
// these is none of them (dialects/outlook.h). Plain values, pure functions.
struct Resource {
  enum class Kind : std::uint8_t { contacts, contact, folders, folder };
  Kind kind = Kind::contacts;
  contacts::Shape shape = contacts::Shape::beta;
  std::string user;     // As in users('…'); empty for "me".
  std::string folder;   // That of the contacts, that whose children are meant, or the one meant.
  std::string contact;  // With Kind::contact only.
};

// Nothing if the path is not of this API. Errors: unknown_route, and bad_request for a broken or
// overlong id.
[[nodiscard]] std::optional<Result<Resource>> parse_resource(std::string_view path,
                                                             std::size_t max_id_bytes);

// The methods that apply to such a resource, for "Allow".
[[nodiscard]] std::string_view allowed_methods(Resource::Kind kind);

// "https://HOST/api/beta" for the "https://HOST" of an answer's links.
[[nodiscard]] std::string api_base(const Resource& resource, std::string_view site);

// What follows "$metadata#" in the @odata.context of such a resource, without the selection and
// "/$entity": "Me/Contacts".
[[nodiscard]] std::string context_path(const Resource& resource);

// The resource's own path after api_base(), percent-encoded: "/Me/Contacts".
[[nodiscard]] std::string link_path(const Resource& resource);

}  // namespace likeness::rest

#endif  // LIKENESS_PROXY_REST_RESOURCE_H_
