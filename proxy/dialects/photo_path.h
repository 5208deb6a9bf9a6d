#ifndef LIKENESS_PROXY_DIALECTS_PHOTO_PATH_H_
#define LIKENESS_PROXY_DIALECTS_PHOTO_PATH_H_

#include <optional>
#include <string>
#include <string_view>

#include "proxy/dialects/call.h"

namespace likeness::dialects {

// What Outlook's and Graph's photo URLs say behind their version, in any case of their words:
//   /me                                    or /users/{id}, or /users('{id}')
//     [[/contactFolders/{id}]/contacts/{id}]
//       /photo                             the metadata
//       /photo/$value                      the bytes
//       /photos                            the list of sizes
//       /photos/{size}[/$value]            one of them; also /photo/{size}…, Graph's own mistake
// Sizes are "48x48" or "HR48x48", or "default" for the photo's own; "('…')" holds them as it does
// ids. Ids are decoded. Value.
struct PhotoPath {
  std::optional<std::string> user;     // Nothing is "me".
  std::optional<std::string> contact;  // Nothing: the user's own photo.
  Form form = Form::metadata;
  std::optional<imaging::Size> size;

  // The photo's id; empty where it is longer than `limit`.
  [[nodiscard]] std::optional<photo::PhotoId> id(std::size_t limit) const;
};

// Errors: unknown_route; bad_request where the words are right and an id or size is not.
[[nodiscard]] Result<PhotoPath> parse_photo_path(std::string_view path);

// "('id')", with its quotes doubled.
[[nodiscard]] std::string quoted_key(std::string_view id);

// The call that a path makes, in its dialect; ?size=HR<w>x<h> is ours, for the bytes.
[[nodiscard]] Parsed photo_call(Dialect dialect, const Result<PhotoPath>& path,
                                std::string_view query, const Limits& limits);

}  // namespace likeness::dialects

#endif  // LIKENESS_PROXY_DIALECTS_PHOTO_PATH_H_
