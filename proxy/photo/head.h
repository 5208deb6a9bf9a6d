#ifndef LIKENESS_PROXY_PHOTO_HEAD_H_
#define LIKENESS_PROXY_PHOTO_HEAD_H_

#include <string>
#include <string_view>

#include "cache/record.h"

namespace likeness::photo {

// The header lines that a picture's every answer shares, made once when it enters memory: type,
// validators, true size, and `tags`, the photo's own lines. What depends on the time or the request
// is added per answer (proxy/photo_answers.h).
[[nodiscard]] std::string head_lines(const cache::Picture& picture, const cache::Meta& meta,
                                     std::string_view tags);

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_HEAD_H_
