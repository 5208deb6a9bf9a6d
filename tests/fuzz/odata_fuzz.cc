// Feeds the OData parser, and SQLite with what comes out of it: no input may crash either, leave
// the parser's bounds, or make SQL that SQLite refuses.
#include <string>
#include <string_view>

#include "proxy/contacts/odata.h"
#include "proxy/contacts/odata_sql.h"
#include "proxy/contacts/schema.h"
#include "proxy/contacts/sql.h"
#include "tests/fuzz/input.h"

namespace {

using namespace likeness::contacts;

sql::Database& database() {
  static sql::Database opened(":memory:");
  static const bool prepared = (prepare(opened), true);
  static_cast<void>(prepared);
  return opened;
}

void run(std::string_view select, const odata::Condition& condition, const std::string& order) {
  sql::Statement statement(database(),
                           std::string(select) + " WHERE " + condition.sql + " ORDER BY " + order);
  for (const sql::Value& value : condition.values) statement.bind_value(value);
  statement.run();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto input = likeness::fuzz::text_of(data, size);
  const std::size_t order = likeness::fuzz::choose(input, 2);
  const auto entity =
      likeness::fuzz::choose(input, 2) == 0 ? odata::Entity::contact : odata::Entity::folder;
  const std::string_view from = entity == odata::Entity::contact
                                    ? "SELECT 1 FROM contacts c"
                                    : "SELECT 1 FROM folders f JOIN mailboxes m USING (mailbox)";
  constexpr const char* kNames[] = {"$filter", "$orderby", "$select", "$search",
                                    "$top",    "$skip",    "$count",  "$deltatoken"};
  const auto name = kNames[likeness::fuzz::choose(input, std::size(kNames))];
  const odata::Option option{name, std::string(input)};
  const auto query = odata::parse(entity, {&option, 1});
  if (!query) {
    likeness::fuzz::hold(query.error().detail.starts_with(option.name));
    return 0;
  }
  odata::Condition condition;
  if (query->filter) condition = odata::to_condition(entity, *query->filter);
  if (!query->search.empty()) {
    condition.sql = "1 IN (SELECT rowid FROM search WHERE search MATCH ?)";
    condition.values = {odata::to_match(query->search)};
  }
  run(from, condition, odata::to_order(entity, query->order, order == 0));
  return 0;
}
