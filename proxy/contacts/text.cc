#include "proxy/contacts/text.h"

#include <unicode/ucnv.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

#include <algorithm>
#include <limits>

namespace likeness::contacts {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// ICU counts in int32; longer text than this never reaches us, since bodies are bounded.
bool fits(std::string_view text) {
  return text.size() < std::size_t{std::numeric_limits<std::int32_t>::max()} / 4;
}

std::u16string to_utf16(std::string_view utf8) {
  std::u16string out(utf8.size() + 1, u'\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strFromUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, utf8.data(),
                       static_cast<std::int32_t>(utf8.size()), 0xFFFD, nullptr, &status);
  out.resize(U_SUCCESS(status) ? static_cast<std::size_t>(length) : 0);
  return out;
}

std::string from_utf16(std::u16string_view utf16) {
  std::string out(utf16.size() * 3 + 1, '\0');
  std::int32_t length = 0;
  UErrorCode status = U_ZERO_ERROR;
  u_strToUTF8WithSub(out.data(), static_cast<std::int32_t>(out.size()), &length, utf16.data(),
                     static_cast<std::int32_t>(utf16.size()), 0xFFFD, nullptr, &status);
  out.resize(U_SUCCESS(status) ? static_cast<std::size_t>(length) : 0);
  return out;
}

// Text that cannot be normalised, for want of memory, stays as it is.
std::u16string normalized(const UNormalizer2* form, const std::u16string& source) {
  std::u16string out(source.size() * 2 + 64, u'\0');
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    const std::int32_t length =
        unorm2_normalize(form, source.data(), static_cast<std::int32_t>(source.size()), out.data(),
                         static_cast<std::int32_t>(out.size()), &status);
    out.resize(static_cast<std::size_t>(length));
    if (U_SUCCESS(status)) return out;
    if (status != U_BUFFER_OVERFLOW_ERROR) break;
  }
  return source;
}

}  // namespace

std::string fold(std::string_view utf8) {
  if (is_ascii(utf8)) return ascii_lower(utf8);
  if (!fits(utf8)) return {};
  UErrorCode status = U_ZERO_ERROR;
  const std::u16string folded = normalized(unorm2_getNFKCCasefoldInstance(&status), to_utf16(utf8));
  return from_utf16(normalized(unorm2_getNFDInstance(&status), folded));
}

std::string after_prefix(std::string_view folded) {
  // 0xFF is in no UTF-8 text, so every byte of the prefix can be raised by one.
  std::string after(folded);
  if (!after.empty())
    after.back() = static_cast<char>(static_cast<unsigned char>(after.back()) + 1);
  return after;
}

bool valid_utf8(std::string_view bytes) {
  if (is_ascii(bytes)) return true;
  if (!fits(bytes)) return false;
  UErrorCode status = U_ZERO_ERROR;
  std::int32_t length = 0;
  u_strFromUTF8(nullptr, 0, &length, bytes.data(), static_cast<std::int32_t>(bytes.size()),
                &status);
  return status != U_INVALID_CHAR_FOUND;
}

std::optional<std::string> to_utf8(std::string_view bytes, std::string_view charset) {
  if (!fits(bytes)) return std::nullopt;
  if (is_ascii(bytes) && equal_ignoring_case(charset, "utf-8")) return std::string(bytes);
  UErrorCode status = U_ZERO_ERROR;
  UConverter* converter = ucnv_open(std::string(charset).c_str(), &status);
  if (U_FAILURE(status)) return std::nullopt;
  std::u16string out(bytes.size() * 2 + 1, u'\0');
  const std::int32_t length =
      ucnv_toUChars(converter, out.data(), static_cast<std::int32_t>(out.size()), bytes.data(),
                    static_cast<std::int32_t>(bytes.size()), &status);
  ucnv_close(converter);
  if (U_FAILURE(status)) return std::nullopt;
  out.resize(static_cast<std::size_t>(length));
  return from_utf16(out);
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string phone_digits(std::string_view number) {
  std::string digits;
  for (const char c : trimmed(number)) {
    if ((c >= '0' && c <= '9') || (c == '+' && digits.empty())) digits += c;
  }
  return digits;
}

}  // namespace likeness::contacts
