#include "system/sqlite.hpp"

#include "support/scratch.hpp"

using namespace kopi;
using kopi::test::code_of;
using kopi::test::must;
using kopi::test::Scratch;

TEST_CASE("values of every type come back as they went in") {
  const Scratch scratch;
  Database database = must(Database::open(scratch.at("x.db")));
  CHECK(scratch.mode("x.db") == 0600);
  must(database.execute("CREATE TABLE t(id INTEGER PRIMARY KEY, v)"));
  const std::string odd("'; DROP TABLE t; --\0\xff é", 25);
  const std::vector<SqlValue> values = {nullptr, std::int64_t{-9223372036854775807LL}, 0.1, std::string(), odd, std::string(1 << 20, 'x')};
  for (const SqlValue& value : values) must(database.execute("INSERT INTO t(v) VALUES (?)", {value}));
  CHECK(database.last_insert_id() == 6);
  const auto rows = must(database.query("SELECT v FROM t ORDER BY id"));
  REQUIRE(rows.size() == 6);
  CHECK(rows[0].is_null(0));
  CHECK(rows[1].integer(0) == -9223372036854775807LL);
  CHECK(rows[2].real(0) == 0.1);
  CHECK(rows[3].text(0).empty());
  CHECK_FALSE(rows[3].is_null(0));
  CHECK(rows[4].text(0) == odd);
  CHECK(rows[5].text(0).size() == 1 << 20);
  CHECK(rows[1].real(0) == -9223372036854775807.0);
  CHECK(rows[4].integer(0) == 0);
  CHECK(rows[1].text(0).empty());
  CHECK(must(database.query("SELECT 1 WHERE 0")).empty());
}

TEST_CASE("a statement that is wrong is an error that names the file") {
  const Scratch scratch;
  Database database = must(Database::open(scratch.at("x.db")));
  const auto wrong = database.execute("SELEKT 1");
  CHECK(test::outcome(wrong) == "E_IO a statement in " + scratch.at("x.db") + " failed: near \"SELEKT\": syntax error");
  must(database.execute("CREATE TABLE t(v INTEGER NOT NULL)"));
  CHECK(code_of(database.execute("INSERT INTO t VALUES (?)", {nullptr})) == "E_IO");
}

TEST_CASE("what is no database, or a damaged one, is a damaged state") {
  const Scratch scratch;
  const auto damaged = Database::open(scratch.write("text.db", std::string(5000, 'x')));
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code == Code::state);
  CHECK(damaged.error().message.starts_with("the database " + scratch.at("text.db") + " is damaged"));
  must(make_directories(scratch.at("folder.db")));
  const auto folder = Database::open(scratch.at("folder.db"));
  REQUIRE_FALSE(folder);
  CHECK(folder.error().code == Code::io);
  CHECK_FALSE(Database::open(scratch.at("missing/x.db")));
}

TEST_CASE("a database that another one writes to is busy") {
  const Scratch scratch;
  Database first = must(Database::open(scratch.at("x.db")));
  Database second = must(Database::open(scratch.at("x.db")));
  must(first.execute("CREATE TABLE t(v)"));
  must(second.query("PRAGMA busy_timeout = 0"));  // else it waits five seconds
  must(first.execute("BEGIN IMMEDIATE"));
  must(first.execute("INSERT INTO t VALUES (1)"));
  CHECK(test::outcome(second.execute("INSERT INTO t VALUES (2)")) ==
        "E_BUSY the database " + scratch.at("x.db") + " is used by another process");
  CHECK(must(second.query("SELECT * FROM t")).empty());  // readers go on
  must(first.execute("COMMIT"));
  must(second.execute("INSERT INTO t VALUES (2)"));
  CHECK(must(first.query("SELECT * FROM t")).size() == 2);
}

TEST_CASE("a schema is brought up once, whole or not at all") {
  const Scratch scratch;
  Database database = must(Database::open(scratch.at("x.db")));
  must(database.migrate(2, {"CREATE TABLE a(v)", "CREATE TABLE b(v)"}));
  must(database.migrate(2, {"CREATE TABLE a(v)"}));                // done already
  CHECK(code_of(database.migrate(1, {"nonsense"})) == "E_STATE");  // it is a later program's
  CHECK(code_of(database.migrate(3, {"CREATE TABLE c(v)", "nonsense"})) == "E_IO");
  CHECK(must(database.query("PRAGMA user_version"))[0].integer(0) == 2);
  CHECK(must(database.query("SELECT name FROM sqlite_master WHERE name = 'c'")).empty());
  must(database.migrate(3, {"CREATE TABLE c(v)"}));
  Database other = must(Database::open(scratch.at("x.db")));
  CHECK(must(other.query("PRAGMA user_version"))[0].integer(0) == 3);
}

TEST_CASE("a database in use is copied as one whole") {
  const Scratch scratch;
  Database live = must(Database::open(scratch.at("live.db")));
  must(live.execute("CREATE TABLE t(v)"));
  must(live.execute("INSERT INTO t VALUES (1)"));
  must(live.execute("BEGIN"));
  must(live.execute("INSERT INTO t VALUES (2)"));  // not yet committed
  must(back_up_database(scratch.at("live.db"), scratch.at("copy.db")));
  must(live.execute("COMMIT"));
  CHECK(scratch.mode("copy.db") == 0600);
  Database copy = must(Database::open(scratch.at("copy.db")));
  CHECK(must(copy.query("SELECT * FROM t")).size() == 1);
  scratch.write("text.db", std::string(5000, 'x'));
  CHECK(code_of(back_up_database(scratch.at("text.db"), scratch.at("copy2.db"))) == "E_STATE");
  CHECK_FALSE(back_up_database(scratch.at("none.db"), scratch.at("copy3.db")));
}
