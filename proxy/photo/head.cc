#include "proxy/photo/head.h"

#include "proxy/http/message.h"

namespace likeness::photo {

std::string head_lines(const cache::Picture& picture, const cache::Meta& meta,
                       std::string_view tags) {
  return std::string("Content-Type: ") + picture.content_type + "\r\nETag: " + picture.etag +
         "\r\nLast-Modified: " + http::date(WallClock::to_time_t(meta.modified)) +
         "\r\nX-Photo-Width: " + std::to_string(picture.width) +
         "\r\nX-Photo-Height: " + std::to_string(picture.height) +
         "\r\nX-Content-Type-Options: nosniff\r\n" + std::string(tags);
}

}  // namespace likeness::photo
