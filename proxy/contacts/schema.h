#ifndef LIKENESS_PROXY_CONTACTS_SCHEMA_H_
#define LIKENESS_PROXY_CONTACTS_SCHEMA_H_

#include "proxy/contacts/sql.h"

namespace likeness::contacts {

// The store's tables, and the way from every older version to them. The version is SQLite's
// user_version; migration n takes a file from version n to n + 1, each in one transaction.
inline constexpr int kSchemaVersion = 1;

// Sets the connection's pragmas and brings the file to kSchemaVersion. Throws SqlError; a file of a
// newer version than ours is refused with std::runtime_error, since writing to it could harm it.
void prepare(sql::Database& database);

}  // namespace likeness::contacts

#endif  // LIKENESS_PROXY_CONTACTS_SCHEMA_H_
