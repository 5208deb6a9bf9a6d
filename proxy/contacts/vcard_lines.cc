#include "proxy/contacts/vcard_lines.h"

#include <algorithm>
#include <istream>

#include "proxy/contacts/encoding.h"
#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return out;
}

// The first `wanted` character outside double quotes.
std::size_t find_unquoted(std::string_view text, char wanted) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == wanted && !quoted) return i;
  }
  return std::string_view::npos;
}

template <class F>
void each_unquoted(std::string_view text, char separator, F&& part) {
  while (true) {
    const std::size_t end = find_unquoted(text, separator);
    part(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

std::string_view unquoted(std::string_view text) {
  text = trimmed(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return text;
}

void read_parameter(std::string_view text, VcardLine& line) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    const std::string bare = upper(trimmed(text));
    const bool encoding = bare == "QUOTED-PRINTABLE" || bare == "BASE64" || bare == "8BIT";
    if (!bare.empty()) line.parameters.emplace_back(encoding ? "ENCODING" : "TYPE", bare);
    return;
  }
  const std::string name = upper(trimmed(text.substr(0, equals)));
  each_unquoted(text.substr(equals + 1), ',', [&](std::string_view value) {
    // 4.0 quotes a whole list of types: TYPE="home,voice".
    each_unquoted(unquoted(value), ',', [&](std::string_view one) {
      line.parameters.emplace_back(name, std::string(trimmed(one)));
    });
  });
}

// Everything before the colon.
void read_head(std::string_view head, VcardLine& line) {
  bool first = true;
  each_unquoted(head, ';', [&](std::string_view part) {
    if (!first) return read_parameter(part, line);
    first = false;
    const std::size_t dot = part.find_last_of('.');
    line.name = upper(trimmed(dot == std::string_view::npos ? part : part.substr(dot + 1)));
  });
}

// vCard 2.1 names its charset; later versions are UTF-8, and what is not is most likely an old
// Windows program's.
std::string decoded(std::string value, std::string_view charset) {
  if (!charset.empty()) {
    if (auto converted = to_utf8(value, charset)) return *std::move(converted);
  }
  if (valid_utf8(value)) return value;
  return to_utf8(value, "windows-1252").value_or("");
}

bool quoted_printable(std::string_view line) {
  const std::string_view head = line.substr(0, find_unquoted(line, ':'));
  return upper(head).find("QUOTED-PRINTABLE") != std::string::npos;
}

}  // namespace

bool VcardLine::has(std::string_view parameter, std::string_view wanted) const {
  return std::ranges::any_of(parameters, [&](const auto& one) {
    return one.first == parameter && equal_ignoring_case(one.second, wanted);
  });
}

std::string_view VcardLine::parameter(std::string_view key) const {
  const auto found = std::ranges::find(parameters, key, [](const auto& one) { return one.first; });
  return found == parameters.end() ? std::string_view() : found->second;
}

bool VcardLines::append_line(std::string& into, std::size_t max_bytes, bool& too_long) {
  std::streambuf& buffer = *input_.rdbuf();
  constexpr int kEnd = std::char_traits<char>::eof();
  int c = buffer.sbumpc();
  if (c == kEnd) return false;
  ++line_;
  for (; c != kEnd; c = buffer.sbumpc()) {
    if (c == '\n') break;
    if (c == '\r') {
      if (buffer.sgetc() == '\n') buffer.sbumpc();
      break;
    }
    if (into.size() < max_bytes) {
      into += static_cast<char>(c);
    } else {
      too_long = true;
    }
  }
  return true;
}

std::optional<VcardLine> VcardLines::next(std::size_t max_bytes) {
  std::string text;
  VcardLine line;
  while (trimmed(text).empty()) {
    text.clear();
    if (!append_line(text, max_bytes, line.too_long)) return std::nullopt;
    if (line_ == 1 && text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  }
  line.line = line_;
  const bool soft_breaks = quoted_printable(text);
  while (true) {
    const int ahead = input_.rdbuf()->sgetc();
    if (ahead == ' ' || ahead == '\t') {
      input_.rdbuf()->sbumpc();
    } else if (soft_breaks && text.ends_with('=')) {
      text.pop_back();
    } else {
      break;
    }
    if (!append_line(text, max_bytes, line.too_long)) break;
  }
  const std::size_t colon = find_unquoted(text, ':');
  if (colon == std::string::npos) {
    line.value = decoded(std::move(text), {});
    return line;
  }
  read_head(std::string_view(text).substr(0, colon), line);
  line.value = text.substr(colon + 1);
  if (soft_breaks) line.value = from_quoted_printable(line.value);
  line.value = decoded(std::move(line.value), line.parameter("CHARSET"));
  return line;
}

std::vector<std::string> split_escaped(std::string_view value, char separator) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\') {
      ++i;
    } else if (value[i] == separator) {
      parts.push_back(unescaped(value.substr(begin, i - begin)));
      begin = i + 1;
    }
  }
  parts.push_back(unescaped(value.substr(begin)));
  return parts;
}

std::string unescaped(std::string_view value) {
  std::string out;
  out.reserve(value.size());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] != '\\' || i + 1 == value.size()) {
      out += value[i];
      continue;
    }
    const char escaped = value[++i];
    if (escaped == 'n' || escaped == 'N') {
      out += '\n';
    } else {
      if (escaped != ',' && escaped != ';' && escaped != '\\' && escaped != ':') out += '\\';
      out += escaped;
    }
  }
  return out;
}

}  // namespace likeness::contacts
