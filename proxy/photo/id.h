#ifndef LIKENESS_PROXY_PHOTO_ID_H_
#define LIKENESS_PROXY_PHOTO_ID_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace likeness::photo {

// The name under which a contact's photo is asked for: an e-mail address, an Exchange id, whatever
// the origin understands. Held in place, so that understanding a URL allocates nothing. Value.
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
  [[nodiscard]] std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::uint16_t size_ = 0;
  std::array<char, kMaxBytes> text_;  // Only the first size_ bytes mean anything.
};

}  // namespace likeness::photo

#endif  // LIKENESS_PROXY_PHOTO_ID_H_
