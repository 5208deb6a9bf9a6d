#include "proxy/dialects/xml.h"

#include "proxy/contacts/text.h"

namespace likeness::dialects {

std::string escape_xml(std::string_view text) {
  const bool readable = contacts::valid_utf8(text);
  std::string escaped;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool allowed = byte >= 0x80 ? readable : byte >= 0x20 || c == '\t' || c == '\n';
    if (c == '<') {
      escaped += "&lt;";
    } else if (c == '>') {
      escaped += "&gt;";
    } else if (c == '&') {
      escaped += "&amp;";
    } else if (c == '"') {
      escaped += "&quot;";
    } else if (allowed) {
      escaped += c;
    } else {
      escaped += "\xEF\xBF\xBD";
    }
  }
  return escaped;
}

}  // namespace likeness::dialects
