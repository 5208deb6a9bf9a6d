#ifndef LIKENESS_PROXY_CONTACTS_SQL_H_
#define LIKENESS_PROXY_CONTACTS_SQL_H_

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace likeness::contacts::sql {

// A thin wall around SQLite: prepared statements that are kept for their next use, values bound
// and never pasted, transactions that nest. Loop-confined: one thread uses a Database and all that
// comes from it.

// What SQLite refused. Thrown by everything here, caught once at the edge of ContactStore; with it
// the store's own code has no error path for a full disk in every line.
class SqlError : public std::runtime_error {
 public:
  SqlError(int code, const std::string& message) : std::runtime_error(message), code_(code) {}
  // Another process holds the write lock for longer than we wait.
  [[nodiscard]] bool busy() const;
  // The write breaks a UNIQUE constraint.
  [[nodiscard]] bool duplicate() const;

 private:
  int code_;
};

struct Blob {
  std::string_view bytes;
};

// A value to bind whose type is known only at run time: that of a filter's literal.
using Value = std::variant<std::nullptr_t, std::int64_t, std::string>;

class Database;

// A statement in use. Text and blobs that it returns are valid until its next step(). Gives itself
// back to its Database when it goes.
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement();
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  // Binds the next parameter, from the left. Bytes need live until the last step().
  void bind(std::int64_t value);
  void bind(std::string_view text);
  void bind(Blob blob);
  void bind(std::nullptr_t);
  template <std::integral T>
  void bind(T value) {
    bind(static_cast<std::int64_t>(value));
  }
  template <class T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      bind(nullptr);
    }
  }

  void bind_value(const Value& value);

  // True if there is a row to read.
  [[nodiscard]] bool step();
  // For statements without rows.
  void run();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  Database& database_;
  std::string sql_;
  sqlite3_stmt* handle_;
  int bound_ = 0;
};

class Database {
 public:
  // Opens or creates the file. Throws SqlError.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Several statements that return nothing.
  void script(const std::string& sql);

  template <class... Args>
  void run(std::string_view sql, const Args&... args) {
    Statement statement(*this, sql);
    (statement.bind(args), ...);
    statement.run();
  }

  // The first column of the first row, if there is a row.
  template <class... Args>
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view sql, const Args&... args) {
    Statement statement(*this, sql);
    (statement.bind(args), ...);
    if (!statement.step()) return std::nullopt;
    return statement.integer(0);
  }

  [[nodiscard]] std::int64_t last_row() const;
  // Rows that the last statement changed.
  [[nodiscard]] int changed() const;

 private:
  friend class Statement;
  friend class Transaction;

  sqlite3* handle_ = nullptr;
  // Prepared statements waiting for their next use, by text.
  std::unordered_map<std::string, std::vector<sqlite3_stmt*>> idle_;
  std::size_t idle_count_ = 0;
  bool doomed_ = false;  // The transaction under way; see Transaction.
};

// All or nothing: what is not committed is rolled back. A transaction inside another is a part of
// it, without a savepoint, for which SQLite would copy every page again that a contact touches: one
// that has written and is not committed dooms the outermost, whose commit() then fails. One that
// only reads sees one state of the file and keeps no writer waiting.
class Transaction {
 public:
  enum class Mode : std::uint8_t { write, read };
  explicit Transaction(Database& database, Mode mode = Mode::write);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  // Throws SqlError; what it fails to commit is rolled back.
  void commit();

 private:
  Database& database_;
  bool outermost_;
  int changes_;  // Of the connection, before.
  bool open_ = true;
};

}  // namespace likeness::contacts::sql

#endif  // LIKENESS_PROXY_CONTACTS_SQL_H_
