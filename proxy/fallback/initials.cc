#include "proxy/fallback/initials.h"

#include <unicode/brkiter.h>
#include <unicode/casemap.h>
#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/uscript.h>

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

// Where the name's words begin that can give an initial.
std::vector<std::int32_t> word_starts(const icu::UnicodeString& name) {
  std::vector<std::int32_t> starts;
  bool at_start = true;
  for (std::int32_t i = 0; i < name.length(); i = name.moveIndex32(i, 1)) {
    const UChar32 c = name.char32At(i);
    if (at_start && begins_initial(c)) starts.push_back(i);
    at_start = is_separator(c);
  }
  return starts;
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

std::string initial_at(const icu::UnicodeString& name, std::int32_t start, Graphemes& graphemes) {
  const icu::UnicodeString rest(name, start);
  icu::UnicodeString cluster = graphemes.first_of(rest);
  drop_viramas(cluster);
  std::string text;
  graphemes.in_title_case(cluster).toUTF8String(text);
  if (text.size() <= imaging::kMaxInitialBytes) return text;
  text.clear();
  return icu::UnicodeString(name.char32At(start)).toUTF8String(text);
}

icu::UnicodeString decoded(std::string_view name) {
  name = name.substr(0, kMaxNameBytes);
  return icu::UnicodeString::fromUTF8({name.data(), static_cast<std::int32_t>(name.size())});
}

}  // namespace

std::vector<std::string> initials(std::string_view name) {
  icu::UnicodeString text = decoded(name);
  if (const auto comma = text.indexOf(u','); comma > 0)
    text = icu::UnicodeString(text, comma + 1) + u' ' + icu::UnicodeString(text, 0, comma);
  const auto starts = word_starts(text);
  std::vector<std::string> result;
  if (starts.empty()) return result;
  thread_local Graphemes graphemes;
  result.push_back(initial_at(text, starts.front(), graphemes));
  if (starts.size() > 1 && !stands_alone(text.char32At(starts.front())))
    result.push_back(initial_at(text, starts.back(), graphemes));
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
