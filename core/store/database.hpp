// SQLite behind RAII. The only room that includes sqlite3.h is core/store.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace palermo::store {

using core::Result;
using core::Status;

/// A prepared statement. Parameters are bound, never pasted; indexes start at 1, columns at 0.
class Statement {
 public:
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&& other) noexcept;
  ~Statement();

  [[nodiscard]] Status bind(int index, std::int64_t value);
  [[nodiscard]] Status bind(int index, std::uint32_t value) {
    return bind(index, std::int64_t{value});
  }
  [[nodiscard]] Status bind(int index, int value) { return bind(index, std::int64_t{value}); }
  [[nodiscard]] Status bind(int index, double value);
  /// Copies the text. Use bind_blob for bytes.
  [[nodiscard]] Status bind(int index, std::string_view text);
  [[nodiscard]] Status bind(int index, const char* text) {
    return bind(index, std::string_view{text});
  }
  [[nodiscard]] Status bind(int index, const std::string& text) {
    return bind(index, std::string_view{text});
  }
  /// Does not copy: the bytes must live until the statement is reset.
  [[nodiscard]] Status bind_blob(int index, std::string_view bytes);
  [[nodiscard]] Status bind_null(int index);

  /// Binds parameters 1, 2, … in order.
  template <typename... T>
  [[nodiscard]] Status bind_all(const T&... values) {
    Status status = core::ok();
    int index = 0;
    ((status ? void(status = bind(++index, values)) : void()), ...);
    return status;
  }

  /// True while a row stands ready, false when done.
  [[nodiscard]] Result<bool> step();
  /// Runs a statement that returns no row, then resets it for the next use.
  [[nodiscard]] Status run();
  void reset();

  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  /// Valid until the next step or reset.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::string_view blob(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] int columns() const;
  [[nodiscard]] std::string column_name(int column) const;
  enum class Type { Integer, Real, Text, Blob, Null };
  [[nodiscard]] Type type(int column) const;

 private:
  friend class Database;
  explicit Statement(sqlite3_stmt* handle) : handle_{handle} {}
  sqlite3_stmt* handle_ = nullptr;
};

/// Rolls back unless committed.
class Transaction {
 public:
  Transaction(Transaction&& other) noexcept : db_{other.db_}, serial_{other.serial_} {
    other.db_ = nullptr;
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  [[nodiscard]] Status commit();
  /// Differs for every transaction of this process: what was learned in one may not hold in
  /// another.
  [[nodiscard]] std::uint64_t serial() const { return serial_; }

 private:
  friend class Database;
  explicit Transaction(class Database* db);
  class Database* db_;
  std::uint64_t serial_;
};

class Database {
 public:
  enum class Mode { ReadWrite, ReadOnly };

  /// Creates a new case file with the current schema. Refuses a path that exists.
  /// @error Io  cannot be written; BadInput  something already stands there
  [[nodiscard]] static Result<Database> create(const std::string& path);
  /// Opens a case file; migrates an older one (read-write only). Opening writes nothing otherwise.
  /// @error BadInput  not there, not a Palermo case, or made by a newer version
  [[nodiscard]] static Result<Database> open(const std::string& path, Mode mode = Mode::ReadWrite);
  /// An empty case in memory, for tests.
  [[nodiscard]] static Result<Database> in_memory();

  Database(Database&& other) noexcept;
  Database& operator=(Database&& other) noexcept;
  ~Database();

  /// Runs one or more statements without parameters.
  [[nodiscard]] Status exec(const std::string& sql);
  [[nodiscard]] Result<Statement> prepare(std::string_view sql);
  /// BEGIN IMMEDIATE: waits up to ten seconds for another writer.
  [[nodiscard]] Result<Transaction> begin();
  [[nodiscard]] bool in_transaction() const;
  [[nodiscard]] std::int64_t last_insert_rowid() const;
  [[nodiscard]] std::int64_t changes() const;
  /// One integer, for "SELECT count(*) …" without parameters.
  [[nodiscard]] Result<std::int64_t> scalar(std::string_view sql);

  [[nodiscard]] Result<std::optional<std::string>> meta(std::string_view key);
  [[nodiscard]] Status set_meta(std::string_view key, std::string_view value);
  /// For virtual tables and the allow-list inside core/store.
  [[nodiscard]] sqlite3* handle() const { return handle_; }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  Database(sqlite3* handle, std::string path) : handle_{handle}, path_{std::move(path)} {}
  [[nodiscard]] Status configure(bool read_only);
  sqlite3* handle_ = nullptr;
  std::string path_;
};

/// "PALR" as SQLite application_id.
inline constexpr std::int32_t kApplicationId = 0x50414C52;

}  // namespace palermo::store
