// Virtual tables of `palermo sql`. Only core/store's sources include this header.
#pragma once

#include <sqlite3.h>

#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/result.hpp"
#include "core/store/database.hpp"

namespace palermo::store::detail {

/// What the tables of one connection share. SQLite passes plain codes through; the Error that
/// caused one waits here for whoever ran the statement.
struct TableContext {
  Database* db = nullptr;
  bool inside = false;  // our own queries, which the allow-list lets pass
  std::optional<core::Error> error;

  /// Keeps the first error. Returns the code for SQLite.
  int fail(core::Error problem) {
    if (!error) error = std::move(problem);
    return SQLITE_ERROR;
  }
};

/// Lets the table's own queries through the allow-list while it lives.
class Inside {
 public:
  explicit Inside(TableContext& context) : context_{context}, before_{context.inside} {
    context.inside = true;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;
  ~Inside() { context_.inside = before_; }

 private:
  TableContext& context_;
  bool before_;
};

using Cell = std::variant<std::monostate, std::int64_t, double, std::string>;

/// A table that is read as a whole when a statement first asks for it.
struct MemoryTable {
  std::string name;
  std::string columns;  // as in CREATE TABLE
  std::function<core::Result<std::vector<std::vector<Cell>>>(Database&)> load;
};

/// Registers `calls` over the segments. @param context  must outlive the connection
[[nodiscard]] int register_calls_table(sqlite3* connection, TableContext* context);
/// Registers one table by its name. @param context  must outlive the connection
[[nodiscard]] int register_memory_table(sqlite3* connection, TableContext* context,
                                        MemoryTable table);
/// records, sources, identifiers, authorizations.
[[nodiscard]] std::vector<MemoryTable> case_tables();

}  // namespace palermo::store::detail
