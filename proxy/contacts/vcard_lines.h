#ifndef LIKENESS_PROXY_CONTACTS_VCARD_LINES_H_
#define LIKENESS_PROXY_CONTACTS_VCARD_LINES_H_

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace likeness::contacts {

// One property of a vCard, unfolded and taken apart: "item1.TEL;TYPE=home,voice:+1 555".
struct VcardLine {
  std::int64_t line = 0;  // Where it begins in the file, from 1.
  std::string name;       // Upper case, without its group: "TEL".
  // Upper-case names; a bare parameter of vCard 2.1 ("HOME") counts as TYPE. One pair a value.
  std::vector<std::pair<std::string, std::string>> parameters;
  // As written, but for folds, quoted-printable and the charset, which are undone; escapes are not.
  std::string value;
  bool too_long = false;  // The rest of the value was dropped.

  // Has this parameter this value, in any case?
  [[nodiscard]] bool has(std::string_view parameter, std::string_view wanted) const;
  [[nodiscard]] bool is_type(std::string_view type) const { return has("TYPE", type); }
  [[nodiscard]] std::string_view parameter(std::string_view key) const;  // The first, or empty.
};

// Reads property lines off a stream: RFC 6350 folds, vCard 2.1's soft line breaks, CR, LF or CRLF.
// What is longer than `max_bytes` is read but not kept. Lines without a colon come with an empty
// name and all of their text as the value; blank ones do not come. Loop-confined.
class VcardLines {
 public:
  explicit VcardLines(std::istream& input) : input_(input) {}

  [[nodiscard]] std::optional<VcardLine> next(std::size_t max_bytes);

 private:
  // Appends the rest of a physical line to `into`; false at the end of the input.
  bool append_line(std::string& into, std::size_t max_bytes, bool& too_long);

  std::istream& input_;
  std::int64_t line_ = 0;  // Physical lines read so far.
};

// The parts of a value between unescaped `separator`s, with their escapes undone.
[[nodiscard]] std::vector<std::string> split_escaped(std::string_view value, char separator);
// "\n" is a line break; "\," "\;" "\\" are themselves.
[[nodiscard]] std::string unescaped(std::string_view value);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_VCARD_LINES_H_
