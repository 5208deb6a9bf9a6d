#include "proxy/contacts/sql.h"

#include <sqlite3.h>

#include "proxy/contacts/text.h"

namespace likeness::contacts::sql {
namespace {

// Filters make statements without end; these many are kept, the store's own among them.
constexpr std::size_t kMaxIdle = 128;
constexpr int kBusyMillis = 5'000;

[[noreturn]] void raise(sqlite3* handle) {
  throw SqlError(sqlite3_extended_errcode(handle), sqlite3_errmsg(handle));
}

void check(sqlite3* handle, int code) {
  if (code != SQLITE_OK) raise(handle);
}

// SQL's fold(text), so that filters compare as the sort keys do. NULL stays NULL.
void fold_function(sqlite3_context* context, int, sqlite3_value** values) {
  const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(values[0]));
  if (text == nullptr) return sqlite3_result_null(context);
  const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[0]));
  const std::string folded = fold({text, size});
  sqlite3_result_text(context, folded.data(), static_cast<int>(folded.size()), SQLITE_TRANSIENT);
}

}  // namespace

bool SqlError::busy() const { return (code_ & 0xFF) == SQLITE_BUSY; }

bool SqlError::duplicate() const { return code_ == SQLITE_CONSTRAINT_UNIQUE; }

Database::Database(const std::string& path) {
  const int code =
      sqlite3_open_v2(path.c_str(), &handle_,
                      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) {
    const SqlError error(code, path + ": " + sqlite3_errstr(code));
    sqlite3_close(handle_);
    throw error;
  }
  sqlite3_extended_result_codes(handle_, 1);
  sqlite3_busy_timeout(handle_, kBusyMillis);
  sqlite3_create_function_v2(handle_, "fold", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nullptr,
                             fold_function, nullptr, nullptr, nullptr);
}

Database::~Database() {
  for (auto& [sql, statements] : idle_) {
    for (sqlite3_stmt* statement : statements) sqlite3_finalize(statement);
  }
  sqlite3_close(handle_);
}

void Database::script(const std::string& sql) {
  check(handle_, sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

std::int64_t Database::last_row() const { return sqlite3_last_insert_rowid(handle_); }

int Database::changed() const { return sqlite3_changes(handle_); }

Statement::Statement(Database& database, std::string_view sql)
    : database_(database), sql_(sql), handle_(nullptr) {
  const auto idle = database.idle_.find(sql_);
  if (idle != database.idle_.end() && !idle->second.empty()) {
    handle_ = idle->second.back();
    idle->second.pop_back();
    --database.idle_count_;
    return;
  }
  check(database.handle_,
        sqlite3_prepare_v3(database.handle_, sql_.data(), static_cast<int>(sql_.size()),
                           SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
}

Statement::~Statement() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  if (database_.idle_count_ >= kMaxIdle) {
    sqlite3_finalize(handle_);
    return;
  }
  database_.idle_[sql_].push_back(handle_);
  ++database_.idle_count_;
}

void Statement::bind(std::int64_t value) {
  check(database_.handle_, sqlite3_bind_int64(handle_, ++bound_, value));
}

void Statement::bind(std::string_view text) {
  // A null pointer would bind NULL instead of empty text.
  const char* data = text.data() == nullptr ? "" : text.data();
  check(database_.handle_,
        sqlite3_bind_text64(handle_, ++bound_, data, text.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bind(Blob blob) {
  const char* data = blob.bytes.data() == nullptr ? "" : blob.bytes.data();
  check(database_.handle_,
        sqlite3_bind_blob64(handle_, ++bound_, data, blob.bytes.size(), SQLITE_STATIC));
}

void Statement::bind(std::nullptr_t) {
  check(database_.handle_, sqlite3_bind_null(handle_, ++bound_));
}

void Statement::bind_value(const Value& value) {
  std::visit([this](const auto& held) { bind(held); }, value);
}

bool Statement::step() {
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) raise(database_.handle_);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Statement::text(int column) const {
  const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::string_view Statement::blob(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (data == nullptr) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Transaction::Transaction(Database& database, Mode mode)
    : database_(database),
      outermost_(sqlite3_get_autocommit(database.handle_) != 0),
      changes_(sqlite3_total_changes(database.handle_)) {
  if (!outermost_) return;
  // IMMEDIATE takes the write lock first, so that no later statement fails for want of it.
  database_.run(mode == Mode::write ? "BEGIN IMMEDIATE" : "BEGIN");
  database_.doomed_ = false;
}

Transaction::~Transaction() {
  if (!open_) return;
  if (!outermost_) {
    if (sqlite3_total_changes(database_.handle_) != changes_) database_.doomed_ = true;
    return;
  }
  // Nothing can be reported from here; SQLite rolls back by itself what a failed rollback leaves.
  sqlite3_exec(database_.handle_, "ROLLBACK", nullptr, nullptr, nullptr);
}

void Transaction::commit() {
  if (outermost_) {
    if (database_.doomed_) throw SqlError(SQLITE_ABORT, "a part of the transaction has failed");
    database_.run("COMMIT");
  }
  open_ = false;
}

}  // namespace likeness::contacts::sql
