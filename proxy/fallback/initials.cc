#include "proxy/fallback/initials.h"

#include <unicode/brkiter.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "imaging/job.h"

namespace likeness::fallback {
namespace {

// Longer names say nothing more, and clients choose them.
constexpr std::size_t kMaxNameBytes = 512;
constexpr std::size_t kMaxOpaqueBytes = 32;

bool begins_initial(UChar32 c) { return u_isalnum(c) != 0; }

bool is_separator(UChar32 c) { return u_isUWhiteSpace(c) != 0; }

// Names of these scripts are known by one character.
bool stands_alone(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HANGUL:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA: return true;
    default: return false;
  }
}

// The character at `i`, which goes on to the next one. Negative where there is no UTF-8.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
UChar32 next_of(std::string_view text, std::size_t& i) {
  UChar32 c = 0;
  // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): within ICU's macro, as the conversion is.
  U8_NEXT(text.data(), i, text.size(), c);
  return c;
}
#pragma GCC diagnostic pop

// The words of a name that can give an initial: their beginnings.
struct Words {
  std::size_t count = 0;
  std::size_t first = 0;
  std::size_t last = 0;
  UChar32 first_letter = 0;
};

Words words_of(std::string_view name) {
  Words words;
  bool at_start = true;
  for (std::size_t i = 0; i < name.size();) {
    const std::size_t at = i;
    const UChar32 c = next_of(name, i);
    if (at_start && begins_initial(c)) {
      if (words.count++ == 0) {
        words.first = at;
        words.first_letter = c;
      }
      words.last = at;
    }
    at_start = is_separator(c);
  }
  return words;
}

// Graphemes of the whole word, so that what joins to its first letter is kept with it. One is as
// dear to make as an answer from memory.
class Graphemes {
 public:
  Graphemes() {
    UErrorCode status = U_ZERO_ERROR;
    breaks_.reset(icu::BreakIterator::createCharacterInstance(icu::Locale::getRoot(), status));
  }
  // Empty if ICU has no data.
  icu::UnicodeString first_of(const icu::UnicodeString& text) {
    if (!breaks_) return {};
    breaks_->setText(text);
    return {text, 0, std::max(breaks_->following(0), 0)};
  }
  // `cluster`, which is one grapheme. ICU would else make an iterator of words for each call.
  icu::UnicodeString in_title_case(const icu::UnicodeString& cluster) {
    icu::UnicodeString title = cluster;
    title.toTitle(breaks_.get(), icu::Locale::getRoot(), U_TITLECASE_NO_LOWERCASE);
    // "ß" would become "Ss": two letters.
    return first_of(title).length() == title.length() ? title : cluster;
  }

 private:
  std::unique_ptr<icu::BreakIterator> breaks_;
};

void drop_viramas(icu::UnicodeString& cluster) {
  constexpr std::uint8_t kVirama = 9;
  constexpr UChar32 kZeroWidthJoiner = 0x200D;
  while (cluster.length() > 1) {
    const UChar32 last = cluster.char32At(cluster.length() - 1);
    if (last != kZeroWidthJoiner && u_getCombiningClass(last) != kVirama) return;
    cluster.truncate(cluster.length() - 1);
  }
}

icu::UnicodeString decoded(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

// The initial that `rest` begins with.
std::string initial_of(std::string_view rest, Graphemes& graphemes) {
  // Nothing of ASCII joins to a letter, and most initials need no rules then.
  if (U8_IS_SINGLE(rest[0]) && (rest.size() == 1 || U8_IS_SINGLE(rest[1])))
    return {static_cast<char>(u_toupper(rest[0]))};
  const icu::UnicodeString text = decoded(rest);
  icu::UnicodeString cluster = graphemes.first_of(text);
  drop_viramas(cluster);
  std::string initial;
  graphemes.in_title_case(cluster).toUTF8String(initial);
  if (initial.size() <= imaging::kMaxInitialBytes) return initial;
  initial.clear();
  return icu::UnicodeString(text.char32At(0)).toUTF8String(initial);
}

}  // namespace

std::vector<std::string> initials(std::string_view name) {
  name = name.substr(0, kMaxNameBytes);
  std::string turned;
  if (const auto comma = name.find(','); comma != std::string_view::npos && comma > 0) {
    turned.append(name.substr(comma + 1)).append(" ").append(name.substr(0, comma));
    name = turned;
  }
  const Words words = words_of(name);
  std::vector<std::string> result;
  if (words.count == 0) return result;
  thread_local Graphemes graphemes;
  result.push_back(initial_of(name.substr(words.first), graphemes));
  if (words.count > 1 && !stands_alone(words.first_letter))
    result.push_back(initial_of(name.substr(words.last), graphemes));
  return result;
}

std::string name_in_id(std::string_view photo) {
  constexpr std::string_view kContacts = "/contacts/";
  if (const auto at = photo.find(kContacts); at != std::string_view::npos)
    photo.remove_prefix(at + kContacts.size());
  const auto at = photo.find('@');
  std::string name(photo.substr(0, at));
  const auto digits = std::ranges::count_if(name, [](char c) { return c >= '0' && c <= '9'; });
  const bool opaque = at == std::string_view::npos && name.size() > kMaxOpaqueBytes;
  if (opaque || 3 * static_cast<std::size_t>(digits) > name.size()) return {};
  std::ranges::replace_if(
      name, [](char c) { return c == '.' || c == '_' || c == '-' || c == '+'; }, ' ');
  return name;
}

}  // namespace likeness::fallback
