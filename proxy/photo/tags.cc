#include "proxy/photo/tags.h"

#include "proxy/proof/hash.h"

namespace likeness::photo {
namespace {

constexpr std::size_t kDigits = 16;

std::string tag(std::string_view kind, std::string_view named, const CdnSettings& settings) {
  std::string salted = settings.tag_salt;
  salted += named;
  return std::string(kind) + proof::hex(proof::sha256(salted)).substr(0, kDigits);
}

}  // namespace

std::string photo_tag(std::string_view photo, const CdnSettings& settings) {
  return tag("p-", photo, settings);
}

std::string mailbox_tag(std::string_view mailbox, const CdnSettings& settings) {
  return tag("m-", mailbox, settings);
}

std::string_view mailbox_of(std::string_view photo) {
  return photo.substr(0, photo.find("/contacts/"));
}

bool is_tag(std::string_view text) {
  const bool named = text.starts_with("p-") || text.starts_with("m-");
  return named && text.size() == 2 + kDigits &&
         text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
}

std::string tag_lines(std::string_view photo, const CdnSettings& settings) {
  std::string lines;
  if (settings.tag_headers.empty()) return lines;
  const std::string of_photo = photo_tag(photo, settings);
  const std::string of_mailbox = mailbox_tag(mailbox_of(photo), settings);
  for (const std::string& header : settings.tag_headers) {
    // Cache-Tag is a list with commas; the others are words between blanks.
    const std::string_view between = header == "Cache-Tag" ? "," : " ";
    lines += header;
    lines += ": ";
    lines += kEveryPhotoTag;
    lines.append(between).append(of_photo).append(between).append(of_mailbox).append("\r\n");
  }
  return lines;
}

}  // namespace likeness::photo
