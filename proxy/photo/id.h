#ifndef LIKENESS_PROXY_PHOTO_ID_H_
#define LIKENESS_PROXY_PHOTO_ID_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace likeness::photo {

// The name under which a contact's photo is asked for, and the key it is cached under. One of
//   {id}                      whatever the origin understands: an e-mail address, an Exchange id
//   {user}/contacts/{id}      a contact of a named user
//   {user}                    the user's own photo; "me" is the caller's
//   me#{caller}               the same, where callers have photos of their own at one origin: so
//                             that no two share a record
// Held in place, so that understanding a URL allocates nothing. Value.
class PhotoId {
 public:
  // E-mail addresses end at 254 bytes, Exchange ids near 160.
  static constexpr std::size_t kMaxBytes = 512;

  // False, and nothing added, where there is no room.
  bool append(char c) {
    if (size_ == kMaxBytes) return false;
    text_[size_++] = c;
    return true;
  }
  // All of it or nothing of it.
  bool append(std::string_view text) {
    if (text.size() > kMaxBytes - size_) return false;
    text.copy(text_.data() + size_, text.size());
    size_ = static_cast<std::uint16_t>(size_ + text.size());
    return true;
  }
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::uint16_t size_ = 0;
  std::array<char, kMaxBytes> text_;  // Only the first size_ bytes mean anything.
};

inline constexpr std::string_view kOwnPrefix = "me#";

// The name by which origins know a photo.
[[nodiscard]] constexpr std::string_view origin_name(std::string_view photo) {
  return photo.starts_with(kOwnPrefix) ? kOwnPrefix.substr(0, 2) : photo;
}

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_ID_H_
