#include "proxy/contacts/csv.h"

#include <algorithm>
#include <istream>

#include "proxy/contacts/text.h"

namespace likeness::contacts {
namespace {

constexpr int kEnd = std::char_traits<char>::eof();

std::string decoded(std::string text) {
  if (valid_utf8(text)) return text;
  return to_utf8(text, "windows-1252").value_or("");
}

}  // namespace

// Looks at the first line without taking it: the stream must be one that can go back.
void CsvReader::start() {
  std::streambuf& buffer = *input_.rdbuf();
  for (const char mark : {'\xEF', '\xBB', '\xBF'}) {
    if (buffer.sgetc() != static_cast<unsigned char>(mark)) break;
    buffer.sbumpc();
  }
  const auto begin = buffer.pubseekoff(0, std::ios::cur, std::ios::in);
  std::size_t commas = 0;
  std::size_t semicolons = 0;
  std::size_t tabs = 0;
  bool quoted = false;
  for (int c = buffer.sbumpc(); c != kEnd && (quoted || c != '\n'); c = buffer.sbumpc()) {
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == ',') ++commas;
    if (c == ';') ++semicolons;
    if (c == '\t') ++tabs;
  }
  buffer.pubseekpos(begin, std::ios::in);
  separator_ = tabs > commas && tabs > semicolons ? '\t' : semicolons > commas ? ';' : ',';
}

bool CsvReader::read_row(CsvRow& row) {
  std::streambuf& buffer = *input_.rdbuf();
  row = CsvRow{.line = line_ + 1, .fields = {}};
  std::string field;
  std::size_t bytes = 0;
  bool quoted = false;
  bool any = false;
  for (int c = buffer.sbumpc(); c != kEnd; c = buffer.sbumpc()) {
    any = true;
    if (c == '\n') ++line_;
    if (quoted) {
      if (c == '"') {
        if (buffer.sgetc() != '"') {
          quoted = false;
          continue;
        }
        buffer.sbumpc();
      }
    } else if (c == '"' && field.empty()) {
      quoted = true;
      continue;
    } else if (c == separator_) {
      row.fields.push_back(decoded(std::move(field)));
      field.clear();
      continue;
    } else if (c == '\n') {
      break;
    } else if (c == '\r') {
      continue;
    }
    if (++bytes <= kMaxRowBytes) field += static_cast<char>(c);
  }
  row.broken = quoted || bytes > kMaxRowBytes;
  row.fields.push_back(decoded(std::move(field)));
  return any;
}

std::optional<CsvRow> CsvReader::next() {
  if (separator_ == '\0') start();
  CsvRow row;
  while (read_row(row)) {
    const bool blank = std::ranges::all_of(
        row.fields, [](const std::string& field) { return trimmed(field).empty(); });
    if (!blank) return row;
  }
  return std::nullopt;
}

}  // namespace likeness::contacts
