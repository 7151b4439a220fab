// system/sqlite.hpp
//
// SQLite as values and results: statements are prepared with their parameters, rows are read column by column.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace kopi {

using SqlValue = std::variant<std::nullptr_t, std::int64_t, double, std::string>;

class SqlRow {
 public:
  explicit SqlRow(std::vector<SqlValue> values) : values_(std::move(values)) {}
  std::int64_t integer(std::size_t column) const;
  double real(std::size_t column) const;
  std::string text(std::size_t column) const;
  bool is_null(std::size_t column) const { return std::holds_alternative<std::nullptr_t>(values_[column]); }

 private:
  std::vector<SqlValue> values_;
};

class Database {
 public:
  /// Opens or makes the file (0600), in WAL mode; waits up to five seconds for another writer.
  /// @error state  not a database, or damaged.   @error io  can't be opened
  static Result<Database> open(const std::string& path);
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  /// Runs one statement for its effect.
  Result<void> execute(std::string_view sql, const std::vector<SqlValue>& parameters = {});
  Result<std::vector<SqlRow>> query(std::string_view sql, const std::vector<SqlValue>& parameters = {});
  std::int64_t last_insert_id() const;

  /// Runs `script` statements in one transaction when `user_version` is below `version`, then sets it.
  /// @error state  it is above: the file is a later program's
  Result<void> migrate(int version, const std::vector<std::string_view>& script);

 private:
  struct Implementation;
  explicit Database(std::unique_ptr<Implementation> implementation);
  std::unique_ptr<Implementation> implementation_;
};

/// Copies a database that may be in use, as one consistent whole (SQLite's backup API).
Result<void> back_up_database(const std::string& from, const std::string& to);

}  // namespace kopi
