// `palermo sql`: a reader that can only read, and only what an analyst may see.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store {

/// Bounds of one statement.
struct SqlLimits {
  std::uint32_t rows = 10'000;  // rows returned; 0 = all
  double seconds = 30;          // of work; then the statement is stopped
};

using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;

struct SqlRows {
  std::vector<std::string> columns;
  std::vector<std::vector<SqlValue>> rows;
  bool truncated = false;  // more rows exist
};

/// One table and its columns, for messages and --help.
struct SqlTable {
  std::string name;
  std::string columns;
};

/// A connection of its own, read-only, with an allow-list: SELECT over the tables calls, records,
/// sources, identifiers and authorizations, and functions that compute. Everything else is refused:
/// writing, PRAGMA, ATTACH, extensions, the case's own tables, the ledger, quarantine. Records in
/// quarantine stand in none of the tables.
class SqlReader {
 public:
  /// @param path  of the case file
  [[nodiscard]] static Result<SqlReader> open(const std::string& path);
  /// For tests on a case in memory: takes the database over, then reads only.
  [[nodiscard]] static Result<SqlReader> over(Database db);
  SqlReader(SqlReader&&) noexcept;
  ~SqlReader();

  /// Runs one statement.
  /// @error Refused  the statement asks for more than reading those tables (reason SQL_REFUSED)
  /// @error Usage    SQL that cannot be understood, more than one statement, or a limit was reached
  /// @error Integrity  a call segment or record is not what was stored
  [[nodiscard]] Result<SqlRows> run(const std::string& sql, const SqlLimits& limits = {});

  [[nodiscard]] static const std::vector<SqlTable>& tables();

 private:
  struct State;
  explicit SqlReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace palermo::store
