#ifndef LIKENESS_PROXY_FALLBACK_INITIALS_H_
#define LIKENESS_PROXY_FALLBACK_INITIALS_H_

#include <string>
#include <string_view>
#include <vector>

namespace likeness::fallback {

// The letters that stand for a person: of the first and the last word of the name that begin with a
// letter or digit, each the word's first grapheme cluster (Unicode annex 29) in title case. One
// alone where there is one word, and where the first is Han, Hangul, Hiragana or Katakana, whose
// names are not abbreviated to two. "Doe, Jane" is Jane Doe. A cluster longer than a worker takes
// (imaging/job.h) is cut to its base letter; a virama at its end is dropped with what it would
// join. Empty where no word begins with a letter: emoji, punctuation, no UTF-8 at all.
[[nodiscard]] std::vector<std::string> initials(std::string_view name);

// What a photo's id says of the name: the local part of an address with its separators as blanks,
// of a contact's id what follows "/contacts/". Empty for ids that are no words: without "@" and
// longer than 32 bytes, or with more than one digit in three characters.
[[nodiscard]] std::string name_in_id(std::string_view photo);

}  // namespace likeness::fallback

#endif  // LIKENESS_PROXY_FALLBACK_INITIALS_H_
