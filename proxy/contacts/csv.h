#ifndef LIKENESS_PROXY_CONTACTS_CSV_H_
#define LIKENESS_PROXY_CONTACTS_CSV_H_

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "proxy/contacts/vcard.h"

namespace likeness::contacts {

struct CsvRow {
  std::int64_t line = 0;  // Where it begins, from 1.
  std::vector<std::string> fields;
  bool broken = false;  // A quote that never closes, or more than kMaxRowBytes.
};

inline constexpr std::size_t kMaxRowBytes = 1024 * 1024;

// Reads RFC 4180 rows off a stream: quoted fields with line breaks and doubled quotes, LF or CRLF,
// a byte order mark. The separator is the one of , ; and tab that the first line has most of:
// Outlook takes the one of its country. What is not UTF-8 is taken for windows-1252. Blank lines
// do not come. Loop-confined.
class CsvReader {
 public:
  // `input` must outlive the reader.
  explicit CsvReader(std::istream& input) : input_(input) {}

  [[nodiscard]] std::optional<CsvRow> next();

 private:
  void start();
  // Reads one row, blank or not; false at the end.
  bool read_row(CsvRow& row);

  std::istream& input_;
  std::int64_t line_ = 0;  // Line breaks seen.
  char separator_ = '\0';  // Unknown before the first row.
};

// Makes contacts of rows, by the names in the header row: those of Google Contacts (today's and the
// older ones) and of Outlook. Immutable once made.
class CsvMapping {
 public:
  explicit CsvMapping(const std::vector<std::string>& header);

  // False if no column has a name that we know.
  [[nodiscard]] bool useful() const { return useful_; }
  [[nodiscard]] Card card(const CsvRow& row) const;

 private:
  struct Row;

  std::unordered_map<std::string, std::size_t> columns_;  // By lower-case name.
  bool useful_ = false;
};

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_CSV_H_
