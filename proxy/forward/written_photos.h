#ifndef LIKENESS_PROXY_FORWARD_WRITTEN_PHOTOS_H_
#define LIKENESS_PROXY_FORWARD_WRITTEN_PHOTOS_H_

#include <string>
#include <string_view>
#include <vector>

#include "proxy/http/message.h"

namespace likeness::forward {

// The ids (photo/id.h) of the photos that a call may have changed once it has succeeded, in every
// form in which they may be cached: a contact's whenever the contact is written or deleted, in
// whatever folder the URL names it; a user's own when the URL ends at his photo. Those of each call
// in a $batch's body too. Nothing for calls that only read. Pure.
[[nodiscard]] std::vector<std::string> written_photos(http::Method method, std::string_view path,
                                                      std::string_view body);

// Does it take the body to tell?
[[nodiscard]] bool is_told_by_body(std::string_view path);

}  // namespace likeness::forward

#endif  // LIKENESS_PROXY_FORWARD_WRITTEN_PHOTOS_H_
