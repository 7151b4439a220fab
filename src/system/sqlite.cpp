#include "system/sqlite.hpp"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/text.hpp"
#include "system/descriptor.hpp"

namespace kopi {

struct Database::Implementation {
  std::string path;
  sqlite3* handle = nullptr;
  ~Implementation() { sqlite3_close_v2(handle); }

  Error failure(std::string_view doing) const {
    const int code = sqlite3_extended_errcode(handle) & 0xFF;
    if (code == SQLITE_NOTADB || code == SQLITE_CORRUPT) {
      // It moves aside with the files that belong to it: a write-ahead log that stayed would be played into the next one.
      const std::string aside = shell_quote(join_path(parent_path(path), "damaged"));
      return with_hint(error(Code::state, "the database {} is damaged: {}", path, sqlite3_errmsg(handle)),
                       fmt::format("mkdir -p {0} && mv {1}* {0}", aside, shell_quote(path)));
    }
    const bool is_full = code == SQLITE_FULL || (code == SQLITE_IOERR && sqlite3_system_errno(handle) == ENOSPC);
    if (is_full) return error(Code::io, "there is no space left for the database {}", path);
    if (code == SQLITE_READONLY) return error(Code::io, "the database {} can't be written to: {}", path, sqlite3_errmsg(handle));
    if (code == SQLITE_BUSY || code == SQLITE_LOCKED) return error(Code::busy, "the database {} is used by another process", path);
    return error(Code::io, "{} in {} failed: {}", doing, path, sqlite3_errmsg(handle));
  }
};

namespace {

struct StatementDeleter {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Statement = std::unique_ptr<sqlite3_stmt, StatementDeleter>;

void bind(sqlite3_stmt* statement, int index, const SqlValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement, index, *integer);
  } else if (const auto* real = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement, index, *real);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement, index);
  }
}

SqlValue column(sqlite3_stmt* statement, int index) {
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_INTEGER: return sqlite3_column_int64(statement, index);
    case SQLITE_FLOAT: return sqlite3_column_double(statement, index);
    case SQLITE_NULL: return nullptr;
    default: {
      const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, index));
      return std::string(bytes == nullptr ? "" : bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, index)));
    }
  }
}

}  // namespace

std::int64_t SqlRow::integer(std::size_t index) const {
  const auto* value = std::get_if<std::int64_t>(&values_[index]);
  return value == nullptr ? 0 : *value;
}
double SqlRow::real(std::size_t index) const {
  const auto* value = std::get_if<double>(&values_[index]);
  return value == nullptr ? static_cast<double>(integer(index)) : *value;
}
std::string SqlRow::text(std::size_t index) const {
  const auto* value = std::get_if<std::string>(&values_[index]);
  return value == nullptr ? std::string() : *value;
}

Database::Database(std::unique_ptr<Implementation> implementation) : implementation_(std::move(implementation)) {}
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const std::string& path) {
  // SQLite would make it with the umask's mode; what is said in a chat is private. Closed before SQLite opens it: closing any
  // descriptor of a file gives up the locks that the process has on it (POSIX), and another process would take the log away.
  Descriptor made(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!made) return io_error("cannot open", path, errno);
  made.reset();
  auto implementation = std::make_unique<Implementation>();
  implementation->path = path;
  if (sqlite3_open_v2(path.c_str(), &implementation->handle, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK) {
    return implementation->failure("opening");
  }
  sqlite3_busy_timeout(implementation->handle, 5000);
  Database database(std::move(implementation));
  // Where two make the same new database at once, SQLite tells one of them that it is busy without asking the handler that waits
  // (https://www.sqlite.org/c3ref/busy_handler.html: it is not called where that could end in a deadlock).
  constexpr int pause = 10, tries = 500;  // milliseconds; the five seconds of everything else
  auto mode = database.query("PRAGMA journal_mode = WAL");
  for (int number = 1; !mode && mode.error().code == Code::busy && number < tries; ++number) {
    sqlite3_sleep(pause);
    mode = database.query("PRAGMA journal_mode = WAL");
  }
  KOPI_CHECK(std::move(mode));
  KOPI_CHECK(database.execute("PRAGMA synchronous = NORMAL"));
  KOPI_CHECK(database.execute("PRAGMA foreign_keys = ON"));
  return database;
}

Result<std::vector<SqlRow>> Database::query(std::string_view sql, const std::vector<SqlValue>& parameters) {
  sqlite3_stmt* prepared = nullptr;
  if (sqlite3_prepare_v2(implementation_->handle, sql.data(), static_cast<int>(sql.size()), &prepared, nullptr) != SQLITE_OK) {
    return implementation_->failure("a statement");
  }
  const Statement statement(prepared);
  for (std::size_t i = 0; i < parameters.size(); ++i) bind(prepared, static_cast<int>(i + 1), parameters[i]);
  std::vector<SqlRow> rows;
  for (;;) {
    const int step = sqlite3_step(prepared);
    if (step == SQLITE_DONE) return rows;
    if (step != SQLITE_ROW) return implementation_->failure("a statement");
    std::vector<SqlValue> values;
    for (int i = 0; i < sqlite3_column_count(prepared); ++i) values.push_back(column(prepared, i));
    rows.emplace_back(std::move(values));
  }
}

Result<void> Database::execute(std::string_view sql, const std::vector<SqlValue>& parameters) {
  KOPI_CHECK(query(sql, parameters));
  return {};
}

std::int64_t Database::last_insert_id() const { return sqlite3_last_insert_rowid(implementation_->handle); }

Result<void> back_up_database(const std::string& from, const std::string& to) {
  struct Closer {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  const auto open = [](const std::string& path, int flags) -> std::unique_ptr<sqlite3, Closer> {
    sqlite3* handle = nullptr;
    const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
    std::unique_ptr<sqlite3, Closer> opened(handle);
    if (code == SQLITE_OK) sqlite3_busy_timeout(handle, 5000);
    return code == SQLITE_OK ? std::move(opened) : nullptr;
  };
  struct stat log {};
  const bool has_log = ::stat((from + "-wal").c_str(), &log) == 0;
  const auto source = open(from, SQLITE_OPEN_READWRITE);
  const auto target = open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!source || !target) return error(Code::io, "cannot copy the database {}", from);
  // The source keeps its write-ahead log as it is, also when nobody else has it open: a copy changes nothing. Where there was none, the
  // one that opening made goes when it is closed. The target is flushed by whoever made it, if it is to last.
  if (has_log) sqlite3_db_config(source.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  sqlite3_exec(target.get(), "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF", nullptr, nullptr, nullptr);
  sqlite3_backup* backup = sqlite3_backup_init(target.get(), "main", source.get(), "main");
  if (backup == nullptr) return error(Code::io, "cannot copy the database {}: {}", from, sqlite3_errmsg(target.get()));
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) {
    const bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
    return error(busy ? Code::busy : Code::state, "cannot copy the database {}: {}", from, sqlite3_errmsg(target.get()));
  }
  if (::chmod(to.c_str(), 0600) != 0) return io_error("cannot set the mode of", to, errno);
  return {};
}

Result<void> Database::migrate(int version, const std::vector<std::string_view>& script) {
  const auto present = [&]() -> Result<std::int64_t> {
    KOPI_TRY(const auto rows, query("PRAGMA user_version"));
    return rows[0].integer(0);
  };
  KOPI_TRY(const auto before, present());
  if (before > version) {
    return with_hint(error(Code::state, "the database {} was written by a later kopi: it has version {}, this one knows {}",
                           implementation_->path, before, version),
                     "kopi update");
  }
  if (before == version) return {};
  KOPI_CHECK(execute("BEGIN IMMEDIATE"));
  const auto run = [&]() -> Result<void> {
    KOPI_TRY(const auto now, present());  // another process may have been faster
    if (now >= version) return {};
    for (const std::string_view statement : script) KOPI_CHECK(execute(statement));
    return execute(fmt::format("PRAGMA user_version = {}", version));
  };
  if (auto done = run(); !done) {
    (void)execute("ROLLBACK");
    return std::move(done).error();
  }
  return execute("COMMIT");
}

}  // namespace kopi
