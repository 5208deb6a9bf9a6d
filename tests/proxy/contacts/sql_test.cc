#include "proxy/contacts/sql.h"

#include <catch2/catch.hpp>

namespace likeness::contacts::sql {
namespace {

struct Numbers {
  Numbers() { database.script("CREATE TABLE numbers (n INTEGER)"); }
  void add(int n) { database.run("INSERT INTO numbers (n) VALUES (?)", n); }
  auto count() { return database.integer("SELECT count(*) FROM numbers"); }

  Database database{":memory:"};
};

TEST_CASE_METHOD(Numbers, "what is not committed did not happen", "[contacts][sql]") {
  {
    Transaction kept(database);
    add(1);
    kept.commit();
  }
  {
    const Transaction dropped(database);
    add(2);
  }
  CHECK(count() == 1);
}

TEST_CASE_METHOD(Numbers, "a part that fails before it writes spoils nothing", "[contacts][sql]") {
  Transaction whole(database);
  add(1);
  {
    const Transaction refused(database);
  }
  {
    Transaction part(database);
    add(2);
    part.commit();
  }
  whole.commit();
  CHECK(count() == 2);
}

TEST_CASE_METHOD(Numbers, "a part that fails after it wrote takes the whole with it",
                 "[contacts][sql]") {
  {
    Transaction whole(database);
    add(1);
    {
      const Transaction failed(database);
      add(2);
    }
    CHECK_THROWS_AS(whole.commit(), SqlError);
  }
  CHECK(count() == 0);
  Transaction next(database);
  add(3);
  next.commit();
  CHECK(count() == 1);
}

}  // namespace
}  // namespace likeness::contacts::sql
