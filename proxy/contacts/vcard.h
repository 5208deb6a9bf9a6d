#ifndef LIKENESS_PROXY_CONTACTS_VCARD_H_
#define LIKENESS_PROXY_CONTACTS_VCARD_H_

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "proxy/contacts/contact.h"
#include "proxy/contacts/vcard_lines.h"

namespace likeness::contacts {

// A person as a file describes one.
struct Card {
  std::int64_t line = 0;  // Where it begins.
  ContactPatch patch;     // With `uid` among its values, if the file has one.
  std::string photo;      // The picture's bytes; empty if there is none.
  // What was left out of it, and why: "PHOTO: is a link and was not fetched".
  std::vector<std::string> remarks;
};

// A stretch of the file that gave no card.
struct SkippedCard {
  std::int64_t line = 0;
  std::string reason;
};

// Bytes of one card, its photo in base64 included. More is skipped, and read without being kept.
inline constexpr std::size_t kMaxCardBytes = 32 * 1024 * 1024;

// Reads the vCards (2.1, 3.0, 4.0, also mixed) of a stream, one after the other, in the memory of
// one card. Never gives up on a file for one bad card. Loop-confined.
class VcardReader {
 public:
  // `input` must outlive the reader.
  explicit VcardReader(std::istream& input) : lines_(input) {}

  // The next card or skipped stretch; nothing at the end.
  [[nodiscard]] std::optional<std::variant<Card, SkippedCard>> next();

 private:
  // Reads on after a BEGIN:VCARD in line `begin`.
  [[nodiscard]] std::variant<Card, SkippedCard> read_card(std::int64_t begin);

  VcardLines lines_;
  // A BEGIN:VCARD that was read while a stray stretch was being skipped.
  std::optional<std::int64_t> begun_;
};

// Adds what a property says to the card; properties that have no place in a contact are left out.
void read_vcard_property(const VcardLine& property, Card& card);

enum class VcardVersion : std::uint8_t { v3, v4 };

// The contact as a vCard, lines folded and ended by CRLF; `photo` empty means none.
[[nodiscard]] std::string to_vcard(const Contact& contact, std::string_view photo,
                                   std::string_view photo_type, VcardVersion version);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_VCARD_H_
